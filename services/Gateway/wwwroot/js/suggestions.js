// Questions to go on with, offered once a picture has been talked about.

const general = ['How many things are there?', 'What colour is the background?', 'What is on the left?', 'What is on the right?'];
const mostShown = 3;
const mostTurns = 4;

/** The first thing that a description names, such as "red cup" in "a red cup and a dog on a blue background". */
const thing = /\b(?:an?|the|one)\s+((?:[a-z]+\s){0,1}?[a-z]+)(?=\s+(?:and|on|in|at|with|is|next|above|below|to)\b|[,.;]|$)/i;

/** @param {object[]} turns Those of the dialogue, oldest first. */
export function suggestionsFor(turns) {
  const last = turns.at(-1);
  if (last?.state !== 'done' || turns.length > mostTurns || !turns.some((turn) => turn.images.length > 0)) return [];
  const asked = new Set(turns.map((turn) => turn.text.trim().toLowerCase()));
  const named = thing.exec(turns.find((turn) => turn.images.length > 0).answer ?? '')?.[1].toLowerCase();
  const isPlace = !named || /\b(picture|image|photo|background|middle|left|right|top|bottom|cent(er|re))\b/.test(named);
  const questions = isPlace ? general : [general[0], `Where is the ${named}?`, ...general.slice(1)];
  return questions.filter((question) => !asked.has(question.toLowerCase())).slice(0, mostShown);
}

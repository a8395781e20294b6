// One pair at a time. The server knows whose answer is on which side; this page never does.
const $ = id => document.getElementById(id);

let rater = '';
let position = 0;
let total = 0;

// A key that is held, or pressed twice, must not rate a pair that nobody has seen.
let busy = false;

async function call(path, options) {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.message ?? `The server answered ${response.status}.`);
  return body;
}

async function attempt(work) {
  if (busy) return;
  busy = true;
  $('problem').hidden = true;
  try {
    await work();
  } catch (error) {
    $('problem').textContent = error instanceof TypeError ? 'The rating program does not answer. Is it still running? Nothing was stored.' : error.message;
    $('problem').hidden = false;
  } finally {
    busy = false;
  }
}

function showProgress(progress) {
  total = progress.total;
  $('progress').textContent = `${progress.rated} of ${progress.total} rated`;
}

async function show(at) {
  const done = at >= total;
  if (!done) {
    const name = encodeURIComponent(rater);
    const pair = await call(`api/pairs/${at}?rater=${name}`);
    $('picture').hidden = !pair.hasPicture;
    if (pair.hasPicture) $('picture').src = `api/pairs/${at}/picture?rater=${name}`;
    $('question').textContent = pair.question ?? '';
    $('question').hidden = !pair.question;
    $('left-answer').textContent = pair.left || '(no answer)';
    $('right-answer').textContent = pair.right || '(no answer)';
    for (const choice of ['left', 'right', 'tie']) $(choice).setAttribute('aria-pressed', String(pair.choice === choice));
  }

  position = at;
  $('back').disabled = at === 0;
  $('pair').dataset.position = String(at);
  $('pair').hidden = done;
  $('done').hidden = !done;
}

const rate = choice => attempt(async () => {
  const progress = await call('api/ratings', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rater, position, choice }),
  });
  showProgress(progress);
  await show(position + 1 < total ? position + 1 : progress.next);
});

const back = () => attempt(() => show(Math.max(0, Math.min(position, total) - 1)));

$('sign-in').addEventListener('submit', event => {
  event.preventDefault();
  attempt(async () => {
    rater = $('rater').value.trim();
    const progress = await call(`api/progress?rater=${encodeURIComponent(rater)}`);
    showProgress(progress);
    $('sign-in').hidden = true;
    await show(progress.next);
  });
});

for (const choice of ['left', 'right', 'tie']) $(choice).addEventListener('click', () => rate(choice));
$('back').addEventListener('click', back);

const keys = {
  1: 'left', ArrowLeft: 'left',
  2: 'right', ArrowRight: 'right',
  0: 'tie', ArrowDown: 'tie',
};

document.addEventListener('keydown', event => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || !$('sign-in').hidden) return;
  if (event.key === 'Backspace' || event.key === 'ArrowUp') {
    event.preventDefault();
    back();
  } else if (keys[event.key] && !$('pair').hidden) {
    event.preventDefault();
    rate(keys[event.key]);
  }
});

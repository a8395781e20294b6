// Keeps the newest words in sight while they stream, unless the reader scrolled up to read something else.

const nearEnd = 48;

export function keepAtEnd(box, content, button) {
  let follows = true;
  const toEnd = () => { box.scrollTop = box.scrollHeight; };

  box.addEventListener('scroll', () => {
    follows = box.scrollHeight - box.scrollTop - box.clientHeight < nearEnd;
    button.hidden = follows;
  }, { passive: true });
  button.addEventListener('click', () => { follows = true; toEnd(); box.focus({ preventScroll: true }); });
  // Without turns there is a welcome, which reads from its top.
  const follow = () => { if (follows && content.childElementCount > 0) toEnd(); };
  // Also when a picture has loaded or the window changes, not only when words come.
  const observer = new ResizeObserver(follow);
  observer.observe(content);
  observer.observe(box);

  return {
    toEnd() {
      follows = true;
      toEnd();
    },
  };
}

// On narrow screens the sidebar is a drawer above the page.
import { byId } from './dom.js';

export function startDrawer() {
  const narrow = matchMedia('(max-width: 800px)');
  const sidebar = byId('sidebar');
  const opener = byId('drawer-open');
  const main = byId('main');
  let isOpen = false;

  function apply() {
    const isDrawer = narrow.matches;
    sidebar.classList.toggle('open', isDrawer && isOpen);
    byId('drawer-shade').hidden = !(isDrawer && isOpen);
    opener.setAttribute('aria-expanded', String(isDrawer && isOpen));
    // What cannot be seen cannot be reached by keyboard either.
    sidebar.inert = isDrawer && !isOpen;
    main.inert = isDrawer && isOpen;
  }

  function set(open) {
    if (isOpen === open) return;
    isOpen = open;
    apply();
    if (!narrow.matches) return;
    if (open) byId('drawer-close').focus();
    else opener.focus();
  }

  opener.addEventListener('click', () => set(true));
  byId('drawer-close').addEventListener('click', () => set(false));
  byId('drawer-shade').addEventListener('click', () => set(false));
  narrow.addEventListener('change', () => { isOpen = false; apply(); });
  apply();
  return { close: () => set(false), get isOpen() { return isOpen && narrow.matches; } };
}

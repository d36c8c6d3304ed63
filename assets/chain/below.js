// A place that scrolls says while there is more below what is seen.

/** @type {(place: HTMLElement) => void} */
export function tellMore(place) {
  const tell = () => place.toggleAttribute("data-more", place.scrollHeight > place.scrollTop + place.clientHeight + 8);
  place.onscroll = tell;
  place.tabIndex = place.scrollHeight > place.clientHeight + 8 ? 0 : -1;
  tell();
}

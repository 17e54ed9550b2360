/** Says a sentence to assistive technology, politely; the region stands in the frame. */
export function announce(text: string): void {
  const region = document.getElementById('h-announcer');
  if (!region) return;
  region.textContent = '';
  window.setTimeout(() => {
    region.textContent = text;
  }, 30);
}

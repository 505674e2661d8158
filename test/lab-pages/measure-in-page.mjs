// Run in the page: gives what measure.ts describes, for every figure that can be seen.
(() => {
  const shownFigures = Array.from(document.querySelectorAll("figure svg")).filter(
    (svg) => svg.getBoundingClientRect().width > 0,
  );
  return shownFigures.map((svg) => {
    const area = svg.getBoundingClientRect();
    const scale = area.width / svg.viewBox.baseVal.width;
    const texts = Array.from(svg.querySelectorAll("text"), (text) => ({
      words: text.textContent ?? "",
      size: Number.parseFloat(getComputedStyle(text).fontSize) * scale,
      place: text.getBoundingClientRect(),
    }));
    const isOutside = ({ place }) =>
      place.left < area.left - 1 ||
      place.right > area.right + 1 ||
      place.top < area.top - 1 ||
      place.bottom > area.bottom + 1;
    // A line's box is higher than its letters.
    const isUpon = (one, other) =>
      one.left < other.right - 1 &&
      other.left < one.right - 1 &&
      one.top < other.bottom - 4 &&
      other.top < one.bottom - 4;
    const box = svg.parentElement?.getBoundingClientRect();
    return {
      label: svg.getAttribute("aria-label") ?? "",
      width: area.width,
      height: area.height,
      smallestFont: Math.min(...texts.map(({ size }) => size)),
      outside: texts.filter(isOutside).map(({ words }) => words),
      upon: texts.flatMap((one, index) =>
        texts
          .slice(index + 1)
          .filter((other) => isUpon(one.place, other.place))
          .map((other) => `${one.words} | ${other.words}`),
      ),
      isBoxInside: box !== undefined && box.left >= 0 && box.right <= document.documentElement.clientWidth,
    };
  });
})();

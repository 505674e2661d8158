// Colours and the style of figures: light, dark and on paper. Contrast with the ground is 4.5 or more for all text.

/** Dark ink on white, for light windows and for paper. */
const light = {
  ground: "#ffffff",
  ink: "#1b232b",
  muted: "#56626e",
  rule: "#d5dbe1",
  panel: "#f5f7f9",
  box: "#ffffff",
  boxRule: "#8793a0",
  router: "#f3efe4",
  tube: "#dbe6f3",
  tubeRule: "#4f74a3",
  made: "#1c5d99",
  data: "#1a7340",
  bad: "#b3261e",
  lost: "#8f5300",
  open: "#8f5300",
  link: "#1c5d99",
} as const;

const dark: Readonly<Record<keyof typeof light, string>> = {
  ground: "#14191f",
  ink: "#e4e9ee",
  muted: "#a3afbb",
  rule: "#333d48",
  panel: "#1b2229",
  box: "#1f2730",
  boxRule: "#71808f",
  router: "#2c2a20",
  tube: "#22364d",
  tubeRule: "#7ba3d4",
  made: "#7fb4ea",
  data: "#6fcf97",
  bad: "#ff8f85",
  lost: "#f0b45c",
  open: "#f0b45c",
  link: "#8dbcf0",
};

const variables = (scheme: Readonly<Record<string, string>>): string =>
  Object.entries(scheme)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");

/** Colours as custom properties of `selector`, in both schemes. */
export function schemes(selector: string): string {
  return `${selector}{color-scheme:light dark;${variables(light)}}
@media (prefers-color-scheme:dark){${selector}{${variables(dark)}}}
@media print{${selector}{color-scheme:light;${variables(light)}}}
`;
}

export const sansFont = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","DejaVu Sans",sans-serif';
export const monoFont = 'ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace';

/** For everything in `.figure`. Sizes are those that the layouts count with (network/sizes.ts, sequence/sizes.ts). */
export const figureStyle: string = `.figure text{fill:var(--ink);font-family:${sansFont};font-size:12px}
.figure .ground{fill:var(--ground)}
.figure .wire rect{fill:var(--boxRule)}
.figure .wire path{fill:none;stroke:var(--boxRule);stroke-width:1.25}
.figure .title{fill:var(--muted);font-size:12px}
.figure .name{font-weight:650;font-size:14px}
.figure .address{font-family:${monoFont};font-size:11.5px;fill:var(--ink)}
.figure .box rect{fill:var(--box);stroke:var(--boxRule);stroke-width:1.25}
.figure .router rect{fill:var(--router);stroke-dasharray:5 3}
.figure .label,.figure .status,.figure .sent{font-family:${monoFont};font-size:12px}
.figure .status{font-family:${sansFont};font-weight:600}
.figure .line{fill:none;stroke-width:1.75}
.figure .data .line{stroke-width:3}
.figure .dropped .line{stroke-dasharray:7 5}
.figure .meant{fill:none;stroke-width:1.25;stroke-dasharray:1 5;stroke-linecap:round;opacity:.75}
.figure .tube{fill:var(--tube);stroke:var(--tubeRule);stroke-width:1.5}
.figure .tube-end{fill:var(--ground);stroke:var(--tubeRule);stroke-width:1.5}
.figure .number circle{fill:var(--ground);stroke:currentColor;stroke-width:1.25}
.figure .number text{font-size:11.5px;font-weight:600}
.figure .made{color:var(--made)}
.figure .made.data{color:var(--data)}
.figure .made.open{color:var(--open)}
.figure .refused,.figure .failed{color:var(--bad)}
.figure .dropped{color:var(--lost)}
.figure .line,.figure .meant,.figure .wall path,.figure .cross path{stroke:currentColor}
.figure .head{fill:currentColor}
.figure .lane .status,.figure .number text{fill:currentColor}
.figure .cross circle{fill:var(--ground);stroke:currentColor;stroke-width:1.5}
.figure .cross path{fill:none;stroke-width:2}
.figure .wall path{fill:none;stroke-width:2.5}
.figure .program{font-weight:650;font-size:11.5px}
.figure .lifeline{fill:none;stroke:var(--boxRule);stroke-width:1;stroke-dasharray:2 4}
.figure .host-band rect{fill:var(--panel);stroke:var(--rule)}
.figure .message{color:var(--muted)}
.figure .message.bad{color:var(--bad)}
.figure .message.bad .sent{fill:var(--bad);font-weight:650}
.figure .message .line{stroke-width:1.25}
.figure .step.refused .sent,.figure .step.failed .sent{fill:var(--bad)}
.figure .step.dropped .sent,.figure .step.open .sent{fill:var(--lost)}
.figure .remark rect{fill:var(--panel);stroke:var(--boxRule)}
.figure .remark.bad rect{stroke:var(--bad)}
.figure .remark.bad text{fill:var(--bad)}
.figure .pause path{fill:none;stroke:var(--rule);stroke-width:1.5}
.figure .pause text{fill:var(--muted);font-style:italic}
`;

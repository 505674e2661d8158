// How the pages look: one column, figures in boxes that scroll by themselves where a window is too narrow, each scenario on
// its own paper.
import { monoFont, sansFont } from "../style.ts";

/** CSS pixels: below, the figures are the narrow ones. */
const narrowBelow = 900;

export const pageStyle: string = `*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.55 ${sansFont}}
body>*{max-width:1080px;margin:0 auto;padding:0 16px}
h1{font-size:2rem;line-height:1.2;margin:40px 0 8px;letter-spacing:-.01em}
h1.small{font-size:1rem;font-weight:600;color:var(--muted);letter-spacing:0;margin-top:24px}
h2{font-size:1.5rem;line-height:1.25;margin:0 0 12px;letter-spacing:-.005em}
h3{font-size:1.15rem;margin:0 0 8px}
h4{font-size:.95rem;margin:24px 0 8px;color:var(--muted);font-weight:600}
h5{font-size:.85rem;margin:16px 0 6px;color:var(--muted);font-weight:600}
p{margin:0 0 12px;max-width:70ch}
a{color:var(--link)}
code,pre{font-family:${monoFont};font-size:.8125rem;overflow-wrap:break-word}
pre{margin:0;padding:10px 12px;background:var(--panel);border:1px solid var(--rule);border-radius:6px;overflow-x:auto;white-space:pre-wrap;line-height:1.5}
article{padding-top:40px;margin-top:40px;border-top:2px solid var(--rule)}
h1.small~article{border:0;margin-top:0;padding-top:12px}
article .scenario{margin:0 0 2px;color:var(--muted);font-family:${monoFont};font-size:.875rem}
.points{display:grid;grid-template-columns:repeat(auto-fit,minmax(260px,1fr));gap:4px 28px;margin:12px 0 8px}
.points h3{font-size:.875rem;color:var(--muted);margin-bottom:2px}
.run{margin:24px 0;padding:16px;border:1px solid var(--rule);border-top-width:3px;border-radius:8px}
.run.works{border-top-color:var(--data)}
.run.open{border-top-color:var(--open)}
.run.rightly{border-top-color:var(--made)}
.run.fails{border-top-color:var(--bad)}
.run h3{display:flex;flex-wrap:wrap;gap:6px 12px;align-items:center;margin:0}
.run h4{margin-top:20px}
.outcome{font-size:.8125rem;font-weight:650;border:1.25px solid currentColor;border-radius:99px;padding:1px 10px}
.outcome.works,td.works{color:var(--data)}
.outcome.open,td.open{color:var(--open)}
.outcome.rightly,td.rightly{color:var(--made)}
.outcome.fails,td.fails{color:var(--bad)}
.variant{margin-top:36px}
figure{margin:8px 0}
figure>div{overflow-x:auto;overflow-y:hidden}
figure svg{display:block;max-width:100%;height:auto}
.narrow{display:none}
.connections{margin:8px 0;padding-left:2.2em;font-size:.875rem;columns:2;column-gap:32px}
.connections li{break-inside:avoid;margin:0 0 4px;padding-left:2px}
.connections .result{white-space:nowrap}
.connections .role{font-weight:600}
.connections .refused .result,.connections .failed .result{color:var(--bad);font-weight:600}
.connections .dropped .result,.connections .open .result{color:var(--lost);font-weight:600}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,300px),1fr));gap:0 20px;align-items:start}
.columns>div{min-width:0}
.dialogue .sent{color:var(--link)}
.dialogue .bad{color:var(--bad);font-weight:650}
.mode{white-space:nowrap}
.mode.works{color:var(--data)}
.mode.fails{color:var(--bad)}
li,.verdict{overflow-wrap:break-word}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-size:.875rem;width:100%}
th,td{text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-bottom:1px solid var(--rule)}
th{color:var(--muted);font-weight:600;font-size:.8125rem}
td.error{color:var(--bad);font-weight:600}
td.time{white-space:nowrap;color:var(--muted)}
.time-wait td{color:var(--lost)}
.contents td.scenario{font-family:${monoFont};color:var(--muted)}
.contents td{padding-right:14px}
.legend{display:flex;flex-wrap:wrap;gap:4px 22px;list-style:none;margin:16px 0;padding:10px 12px;background:var(--panel);border-radius:6px;font-size:.8125rem;color:var(--muted)}
.legend li{display:flex;gap:8px;align-items:center}
@media (max-width:${narrowBelow - 1}px){
.wide{display:none}
.narrow{display:block}
.narrow svg{max-width:none;margin:0 auto}
.connections{columns:1}
}
@media (max-width:480px){
body>*{padding:0 10px}
.run{padding:12px 0;border-width:3px 0 0;border-radius:0}
h1{font-size:1.6rem}
h2{font-size:1.3rem}
.contents td{padding-right:8px}
}
@media print{
@page{margin:12mm}
body{font-size:10.5pt}
body>*{max-width:none;padding:0}
.wide{display:block!important;overflow:visible}
.narrow{display:none!important}
.wide svg{min-width:0!important}
.connections{columns:2}
article{break-before:page;border:0;margin:0;padding:0}
h1.small~article{break-before:auto}
h2,h3,h4,h5{break-after:avoid}
figure,tr,.legend,.points>div{break-inside:avoid}
.run{border-width:3px 0 0;border-radius:0;padding:10px 0}
.run+.run{break-before:page}
pre{white-space:pre-wrap}
a{color:inherit;text-decoration:none}
}
`;

// Month names as `ls` writes them in the languages of servers' administrators.
import { decodeUtf8 } from "../../printable.ts";

/** Abbreviations as in the C libraries' locales, without accents and dots; `/` between two spellings. */
const languages: Readonly<Record<string, string>> = {
  english: "jan feb mar apr may jun/june jul/july aug sep/sept oct nov dec",
  german: "jan/jaen feb marz/mar/mrz apr mai jun/juni jul/juli aug sep/sept okt nov dez",
  french: "janv fevr mars avril/avr mai juin juil aout sept oct nov dec",
  italian: "gen feb mar apr mag giu lug ago set ott nov dic",
  spanish: "ene feb mar abr may jun jul ago sep/sept oct nov dic",
  portuguese: "jan fev mar abr mai jun jul ago set out nov dez",
  dutch: "jan feb mrt apr mei jun jul aug sep okt nov dec",
  scandinavian: "jan feb mars apr maj/mai juni juli aug sept okt nov des/dec",
  finnish: "tammi helmi maalis huhti touko kesa heina elo syys loka marras joulu",
  polish: "sty lut mar kwi maj cze lip sie wrz paz lis gru",
  czech: "led uno bre dub kve cer/cen cec/cnc srp zar rij lis pro",
  croatian: "sij velj ozu tra svi lip srp kol ruj lis stu pro",
  hungarian: "jan febr marc apr maj jun jul aug szept okt nov dec",
  romanian: "ian feb mar apr mai iun iul aug sep oct nov/noi dec",
  catalan: "gen febr marc abr maig juny jul ag set oct nov des",
  turkish: "oca sub mar nis may haz tem agu eyl eki kas ara",
  russian: "янв фев мар апр мая/май июн июл авг сен/сент окт ноя/нояб дек",
  ukrainian: "січ лют бер кві тра чер лип сер вер жов лис гру",
};

/** 0: in two languages two months, as `lis` is October in Croatian and November in Polish. */
const AMBIGUOUS = 0;

const monthOf: ReadonlyMap<string, number> = collect();

function collect(): Map<string, number> {
  const months = new Map<string, number>();
  for (const names of Object.values(languages)) {
    for (const [index, spellings] of names.split(" ").entries()) {
      for (const name of spellings.split("/").map(plainLetters)) {
        const known = months.get(name);
        months.set(name, known === undefined || known === index + 1 ? index + 1 : AMBIGUOUS);
      }
    }
  }
  return months;
}

/** Small, without accents and dots. */
function plainLetters(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f.,]/g, "")
    .toLowerCase();
}

/**
 * 1 to 12; 0 for a name that two languages give to two months; `undefined` for what is no month. `11月` and the like: the
 * number counts, whatever character set the rest is in.
 */
export function monthNumber(text: string): number | undefined {
  const numbered = /^(\d{1,2})[\x80-\xff]{2,3}$/.exec(text);
  if (numbered !== null) return Number(numbered[1]) >= 1 && Number(numbered[1]) <= 12 ? Number(numbered[1]) : undefined;
  if (text.length > 16) return undefined;
  const plain = /[^A-Za-z]/.test(text) ? plainLetters(decodeUtf8(text) ?? text) : text.toLowerCase();
  return monthOf.get(plain);
}

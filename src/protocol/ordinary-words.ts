// The words that servers refuse and accept a login with. Hiding one of them because it is somebody's wrong password as well
// would tell the password.

const words =
  "access account accounts again allowed anonymous are as at authenticate authenticated authentication authorized bad be been " +
  "before bye cannot check closed command connect connected connection could credentials denied directory disabled error " +
  "expired fail failed failure for forbidden ftp goodbye granted guest has have host in incorrect invalid is it limit local " +
  "log logged login logon logout many mismatch must name need no not ok okay on only or pass passwd password passwords " +
  "permission permitted please proceed ready refused rejected remote required restrictions retry root rejected secure send " +
  "sent server service session sorry specify successful the this to too try unable unauthorized unavailable unknown up user " +
  "username users valid wait welcome with wrong you your";

const ordinary: ReadonlySet<string> = new Set(words.split(" "));

export const isOrdinaryWord = (word: string): boolean => ordinary.has(word.toLowerCase());

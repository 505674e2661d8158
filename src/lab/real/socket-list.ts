// `ss -tan` in the words of netstat.
import type { NetstatLine } from "../evidence.ts";

const states: Readonly<Record<string, string>> = {
  ESTAB: "ESTABLISHED",
  "SYN-SENT": "SYN_SENT",
  "SYN-RECV": "SYN_RECV",
  "FIN-WAIT-1": "FIN_WAIT1",
  "FIN-WAIT-2": "FIN_WAIT2",
  "TIME-WAIT": "TIME_WAIT",
  "CLOSE-WAIT": "CLOSE_WAIT",
  "LAST-ACK": "LAST_ACK",
  UNCONN: "CLOSED",
};

/** Lines of `ss -tanH`: state, two queues, local end, remote end. */
export function parseSocketList(text: string): NetstatLine[] {
  return text.split("\n").flatMap((row) => {
    const [state = "", , , local = "", remote = ""] = row.trim().split(/\s+/);
    if (local === "") return [];
    return [{ local: plain(local), remote: plain(remote), state: states[state] ?? state }];
  });
}

/** `*:21` and `[::ffff:10.0.0.1]:21` are IPv4 here, as nothing else exists in these worlds. */
function plain(end: string): string {
  return end.replace(/^\[::ffff:([\d.]+)\]/, "$1").replace(/^(?:\*|\[::\]):/, "0.0.0.0:");
}

import { wordsCommand, wordsOf } from "./commands";

test.each([
  ["hostname", ["hostname"]],
  ["  cat   /etc/os-release ", ["cat", "/etc/os-release"]],
  [`systemctl status 'data-access-*.socket' "x"`, ["systemctl", "status", "data-access-*.socket", "x"]],
  ["journalctl -u a_b@1.service -n 20", ["journalctl", "-u", "a_b@1.service", "-n", "20"]],
])("%j is plain words", (line, words) => {
  expect(wordsOf(line)).toEqual(words);
});

test.each([
  ["a command after it", "hostname; id"],
  ["a command beside it", "hostname & id"],
  ["a pipe", "hostname | sh"],
  ["a substitution", "cat $(id)"],
  ["backquotes", "cat `id`"],
  ["a variable", "cat $HOME"],
  ["a redirection", "hostname > /tmp/x"],
  ["a line feed", "hostname\nid"],
  ["a NUL", "hostname\0id"],
  ["an open quote", "cat 'x"],
  ["quotes that differ", `cat 'x"`],
  ["a quoted space", "cat 'a b'"],
  ["a backslash", "cat \\x"],
  ["a home folder", "cat ~/x"],
  ["braces", "cat {a,b}"],
  ["a comment", "hostname # x"],
  ["what isn't ASCII", "cat ünit"],
  ["nothing", ""],
  ["too much", `cat ${"x".repeat(5000)}`],
])("%s is not", (_name, line) => {
  expect(wordsOf(line)).toBeUndefined();
});

test("sudo, with or without -n, is left out", () => {
  const seen: string[][] = [];
  const command = wordsCommand("any", words => {
    seen.push(words);
    return undefined;
  });
  for (const line of ["a b", "sudo a b", "sudo -n a b", "sudo -u root a"]) command.match(line);
  expect(seen).toEqual([
    ["a", "b"],
    ["a", "b"],
    ["a", "b"],
    ["-u", "root", "a"],
  ]);
});

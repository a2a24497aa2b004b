/** @throws an error whose message is meant for the user */
export function wholeNumber(option: string, text: string, smallest: number, largest: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < smallest || number > largest)
    throw new Error(
      `${option} must be a whole number from ${smallest} to ${largest}, not ${JSON.stringify(text)}`,
    );
  return number;
}

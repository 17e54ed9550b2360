// Waiting for something that happens, with a bound.

/** Resolves with the milliseconds it took; throws if it takes longer than `most`. */
export async function until(what, most, holds) {
  const start = performance.now();
  for (;;) {
    if (await holds()) return Math.round(performance.now() - start);
    if (performance.now() - start > most) throw new Error(`not within ${most} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Fails if something happens within a time in which it must not. */
export async function stays(what, time, holds) {
  const start = performance.now();
  while (performance.now() - start < time) {
    if (!(await holds())) throw new Error(`did not stay so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Reports `node --test` in the words of `cargo test`, so that one reader understands all of CI's output.

/** Node's own sums, which ours replace. */
const TOTALS = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

export default async function* report(events) {
  const failures = [];
  let [passed, failed, skipped] = [0, 0, 0];
  const begin = performance.now();
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') yield data.message;
    if (type === 'test:diagnostic' && !TOTALS.test(data.message)) yield `  ${data.message}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    // A file is a test to Node, and so is a group: only what is inside counts, unless the file itself fell over.
    const isFile = data.nesting === 0 && data.name.endsWith('.mjs');
    if (data.details.type === 'suite' || (isFile && type === 'test:pass')) continue;
    const name = `${(data.file ?? '').split('/').pop().replace('.test.mjs', '')}::${data.name.replace(/\s+/g, '_')}`;
    if (data.skip !== undefined) {
      skipped += 1;
      yield `test ${name} ... ignored${typeof data.skip === 'string' ? `, ${data.skip}` : ''}\n`;
    } else if (type === 'test:pass') {
      passed += 1;
      yield `test ${name} ... ok\n`;
    } else if (data.details.error?.failureType !== 'subtestsFailed') {
      failed += 1;
      failures.push([name, data.details.error]);
      yield `test ${name} ... FAILED\n`;
    }
  }
  if (failures.length > 0) yield '\nfailures:\n';
  for (const [name, error] of failures) yield `\n---- ${name} ----\n${error?.cause?.stack ?? error?.stack ?? error}\n`;
  const verdict = failed === 0 ? 'ok' : 'FAILED';
  const seconds = ((performance.now() - begin) / 1000).toFixed(2);
  yield `\ntest result: ${verdict}. ${passed} passed; ${failed} failed; ${skipped} ignored; 0 measured; 0 filtered out; finished in ${seconds}s\n`;
}

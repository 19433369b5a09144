// Runs one query in DuckDB, on one thread, and prints its rows and its time as psql -A -t does with
// \timing on. For bench/run, with NODE_PATH a directory of node modules that has @duckdb/node-api.
//
//   node bench/duckdb.js 'SELECT …'
const { DuckDBInstance } = require('@duckdb/node-api');

async function main() {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run('SET threads = 1');
    await connection.run("SET TimeZone = 'UTC'");
    const start = process.hrtime.bigint();
    const rows = (await connection.runAndReadAll(process.argv[2])).getRows();
    const elapsed = Number(process.hrtime.bigint() - start) / 1e6;
    for (const row of rows)
        console.log(row.map(String).join('|'));
    console.log(`Time: ${elapsed.toFixed(3)} ms`);
}

main().catch((error) => {
    console.error(String(error));
    process.exit(1);
});

#!/usr/bin/env node
// Stands in the repository so that npm can link it before anything is built.
import { runCli } from "../dist/cli/run.js";

process.exitCode = await runCli(process.argv.slice(2));

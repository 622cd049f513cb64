"""The commands of `reg`, one module each: parse, call one operation, render, exit code."""

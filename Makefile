# Every target is one line; the logic lives in `cargo xtask` (xtask/src).
# Pass arguments with ARGS, for example: make test ARGS="fmt tidy"

.DEFAULT_GOAL := help
.PHONY: help run test check bench torture shots

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## build the console and the server, then serve with data in ./data
	@cargo xtask run $(ARGS)

test: ## run every test, cheap ones first; STRICT=1 turns skipped steps into failures
	@cargo xtask test $(ARGS)

check: ## format, lints, repository rules, licences; no tests
	@cargo xtask check $(ARGS)

bench: ## run the benchmarks and write their results as JSON
	@cargo xtask bench $(ARGS)

torture: ## run the long forms of the tests about faults and hostile input, and print a scorecard
	@cargo xtask torture $(ARGS)

shots: ## rebuild the screenshots of the console
	@cargo xtask shots $(ARGS)

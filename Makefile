# nq: REST delta sync as Unix filters.
#
#   make            build everything into build/
#   make check      install what is missing, lint what is quickly linted, build, run all tests
#   make demo       the whole story in half a minute
#   make bench      ours beside what else does the work: a table, JSON and a chart; twenty minutes
#   make lint       everything a machine can say about the style
#   make fuzz       SECONDS=20 for each fuzz target
#   make soak       hours: every fault at every place, the planted faults, an hour for each fuzz target
#   make install    PREFIX=/usr/local DESTDIR=
#
# SANITIZE=address,undefined builds and tests beside the ordinary objects; WERROR=1 is for CI.

# === what a packager may want to change =======================================================

PREFIX  = /usr/local
BINDIR  = $(PREFIX)/bin
LIBDIR  = $(BINDIR)/../lib/nq
MANDIR  = $(PREFIX)/share/man
CFLAGS  = -O2 -g
VERSION = 0.1.0

# === the tree =================================================================================

B       = build$(if $(SANITIZE),/$(subst $(comma),-,$(SANITIZE)))
comma   = ,
TOOLS   = $(patsubst tools/%.c,$(B)/%,$(wildcard tools/*.c)) $(B)/nq-cursor-nuntiq $(B)/nq-load-http
SCRIPTS = $(patsubst tools/%,$(B)/%,$(filter-out %.c tools/cursor tools/load,$(wildcard tools/*)))
PARTS   = $(patsubst lib/%,$(B)/%,$(wildcard lib/sync/*))
LIBOBJ  = $(patsubst %,$(B)/%.o,$(basename $(wildcard lib/*/*.c lib/*/*.S)))
STANDIN = $(if $(wildcard tests/standin/*.c),$(B)/tests/standin)
HELPERS = $(patsubst %.c,$(B)/%,$(wildcard tests/unit/*.c tests/faults/*.c tests/tools/*.c tests/bench/*.c))
GENERATE = $(B)/tests/jq/generate
PRELOAD = $(patsubst %.c,$(B)/%.so,$(wildcard tests/preload/*.c))
FUZZ    = $(patsubst %.c,$(B)/%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))
CURSOR  = $(B)/tools/nq-cursor.o $(patsubst %.c,$(B)/%.o,$(filter-out %-nuntiq.c,$(wildcard tools/cursor/*.c)))
MANUALS = $(wildcard man/*.[1-9])
HEADERS = $(wildcard lib/*/*.h)
SHELL_FILES = $(wildcard tools/nq-sync lib/sync/* tests/*.bats tests/*.bash tests/*/*.sh examples/*/*.sh .ci/*)

# === how it is compiled =======================================================================

CPPFLAGS = -D_DEFAULT_SOURCE -D_XOPEN_SOURCE=700 -DNQ_VERSION='"$(VERSION)"' -Ilib
WARN     = -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wconversion -Wsign-conversion -Wformat=2 -Wundef -Wvla -Wwrite-strings \
           $(if $(WERROR),-Werror)
HARDEN   = -fstack-protector-strong -fPIE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2)
HARDLINK = -pie -Wl,-z,relro,-z,now -Wl,--as-needed
SAN      = $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
COMPILE  = $(CC) $(CPPFLAGS) $(WARN) $(HARDEN) $(CFLAGS) $(SAN)
LINK     = $(CC) $(CFLAGS) $(SAN) $(HARDLINK) $(LDFLAGS)

# Each program names what it links, so that none pays for another's libraries at start-up.
YAJL    = -lyajl
CURL    = -lcurl
$(B)/nq-fetch:      LDLIBS = $(CURL) -larchive -lz $(YAJL)
$(B)/nq-map:        LDLIBS = $(YAJL)
$(B)/nq-load:       LDLIBS = -lsqlite3 $(YAJL)
$(B)/nq-load-http:  LDLIBS = $(CURL) -lz $(YAJL)
$(B)/nq-cursor:     LDLIBS = $(YAJL)
$(B)/nq-cursor-nuntiq: LDLIBS = $(CURL) -lz $(YAJL)
$(B)/nq-plan:       LDLIBS = -lyaml $(YAJL)
$(B)/tests/unit/%:  LDLIBS = $(CURL) -larchive -lz -lsqlite3 -lyaml $(YAJL)
$(B)/tests/fuzz/% $(B)/fuzz/%: LDLIBS = $(CURL) -larchive -lz -lsqlite3 -lyaml $(YAJL)
$(B)/tests/faults/% $(B)/tests/tools/%: LDLIBS =
$(B)/tests/bench/%: LDLIBS = -lsqlite3

.PHONY: all
all: $(TOOLS) $(SCRIPTS) $(PARTS) $(STANDIN)

$(B)/libnq.a: $(LIBOBJ)
	@echo '  ar    $@'
	@rm -f $@ && $(AR) rcs $@ $(LIBOBJ)

$(B)/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  cc    $<'
	@$(COMPILE) -MMD -MP -c -o $@ $<

$(B)/%.o: %.S $(B)/flags
	@mkdir -p $(@D)
	@echo '  as    $<'
	@$(COMPILE) -c -o $@ $<

# What an assembler file brings in by .incbin.
$(B)/lib/map/schemas.o: $(wildcard lib/map/schemas/*.json)

$(filter-out $(B)/nq-cursor% %-http,$(TOOLS)): $(B)/%: $(B)/tools/%.o $(B)/libnq.a
	@echo '  link  $@'
	@$(LINK) -o $@ $< $(B)/libnq.a $(LDLIBS)

# A state in a directory and a database must not pay for libcurl at each start, so what needs it is in
# a second program of the same objects: nq-cursor becomes it where --state says nuntiq:, nq-load where
# --to says nuntiq: or https:.
$(B)/nq-cursor: $(CURSOR) $(B)/libnq.a
	@echo '  link  $@'
	@$(LINK) -o $@ $^ $(LDLIBS)

$(B)/nq-cursor-nuntiq: $(CURSOR) $(B)/tools/cursor/stores-nuntiq.o $(B)/libnq.a
	@echo '  link  $@'
	@$(LINK) -o $@ $^ $(LDLIBS)

$(B)/nq-load-http: $(B)/tools/nq-load.o $(B)/tools/load/sinks-http.o $(B)/libnq.a
	@echo '  link  $@'
	@$(LINK) -o $@ $^ $(LDLIBS)

$(SCRIPTS): $(B)/%: tools/%
	@mkdir -p $(@D)
	@sed 's/@VERSION@/$(VERSION)/' $< >$@ && chmod 755 $@

# What nq-sync is made of: beside it here, in PREFIX/lib/nq when installed.
$(PARTS): $(B)/%: lib/%
	@mkdir -p $(@D)
	@install -m $(if $(filter %.bash,$@),644,755) $< $@

# Its objects cannot lie in tests/standin/: that is the name of the program.
$(B)/tests/standin.obj/%.o: tests/standin/%.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  cc    $<'
	@$(COMPILE) -MMD -MP -c -o $@ $<

$(STANDIN): $(patsubst tests/standin/%.c,$(B)/tests/standin.obj/%.o,$(wildcard tests/standin/*.c))
	@echo '  link  $@'
	@$(LINK) -o $@ $^ -lmicrohttpd -lgnutls -lyajl -lz -lpthread

$(HELPERS): $(B)/%: $(B)/%.o $(B)/libnq.a
	@echo '  link  $@'
	@$(LINK) -o $@ $< $(B)/libnq.a $(LDLIBS)

$(GENERATE): $(patsubst %.c,$(B)/%.o,$(wildcard tests/jq/*.c)) $(B)/libnq.a
	@echo '  link  $@'
	@$(LINK) -o $@ $^ $(LDLIBS)

# Libraries that lie to a program, for LD_PRELOAD; never sanitized themselves.
$(PRELOAD): $(B)/%.so: %.c $(B)/flags
	@mkdir -p $(@D)
	@echo '  so    $@'
	@$(CC) $(CPPFLAGS) $(WARN) $(CFLAGS) -fPIC -shared -o $@ $<

# A fuzz target with the driver that replays its corpus; `make fuzz` links the fuzzer instead.
$(FUZZ): $(B)/%: $(B)/%.o $(B)/tests/fuzz/replay.o $(B)/libnq.a
	@echo '  link  $@'
	@$(LINK) -o $@ $< $(B)/tests/fuzz/replay.o $(B)/libnq.a $(LDLIBS)

# Objects depend on the flags they were made with.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(COMPILE) $(LINK)' | cmp -s - $@ || echo '$(COMPILE) $(LINK)' >$@

.PHONY: FORCE
FORCE:

-include $(LIBOBJ:.o=.d) $(wildcard $(B)/tools/*.d $(B)/tools/*/*.d $(B)/tests/*/*.d)

# === tests ====================================================================================

# T names the bats files to run, else all are; `make test` is the check without its preliminaries.
.PHONY: check test demo
check: deps-check
	tests/duckdb.sh
	$(MAKE) lint-quick
	$(MAKE) test

test: all helpers
	tests/run.sh $(B) $(T)

.PHONY: helpers
helpers: $(HELPERS) $(GENERATE) $(PRELOAD) $(FUZZ)

# Every fault at every place instead of some, and whether the tests see a fault in nq itself.
.PHONY: faults mutants
faults: all helpers
	NQ_FAULTS=long tests/run.sh $(B) $(wildcard tests/faults-*.bats) tests/cursor-faults.bats

mutants: all helpers
	tests/mutants/run.sh

demo: deps-demo
	$(MAKE) all
	examples/acme/demo.sh $(B)

# === fuzzing ==================================================================================

# Everything in C once more for the fuzzer, under both sanitizers. SECONDS is for each target.
FUZZ_SANITIZE = fuzzer-no-link,address,undefined
SECONDS       = 20

.PHONY: fuzz soak fuzzers
fuzz soak: deps-fuzz
	$(MAKE) fuzzers CC=clang SANITIZE=$(FUZZ_SANITIZE)
	tests/fuzz/run.sh build/$(subst $(comma),-,$(FUZZ_SANITIZE))/fuzz $(SECONDS)

soak: SECONDS = 3600
soak: soak-bodies soak-power faults mutants

# Bodies of 1 GiB where the check has 128 MiB.
.PHONY: soak-bodies
soak-bodies: all helpers
	NQ_SOAK=1 BATS_TEST_TIMEOUT=900 tests/run.sh $(B) tests/fetch-bodies.bats

# The power cut: needs root and loop devices, which a CI container may refuse; so it is not part of the check.
.PHONY: soak-power
soak-power: all
	tests/power.sh $(B) 50

fuzzers: $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(filter-out %/replay.c,$(wildcard tests/fuzz/*.c)))

$(B)/fuzz/%: $(B)/tests/fuzz/%.o $(B)/libnq.a
	@mkdir -p $(@D)
	@echo '  fuzz  $@'
	@$(subst fuzzer-no-link,fuzzer,$(LINK)) -o $@ $< $(B)/libnq.a $(LDLIBS)

# === figures ==================================================================================

# BENCH_SIZE=small|medium|full|huge; W names the works to measure, else all are. What it finds is in build/bench.
.PHONY: bench bench-compare
bench: deps-bench
	$(MAKE) all helpers
	tests/bench/run.sh $(B) $(W)

# The last figures against the committed ones.
bench-compare:
	@test -e $(B)/bench/results.json || $(MAKE) bench
	@tests/bench/compare.sh $(B)/bench/results.json

# === style ====================================================================================

.PHONY: lint lint-quick
lint-quick:
	tests/lint.sh quick

lint: deps-lint
	tests/lint.sh full

# === dependencies =============================================================================

# For one purpose (demo, check, bench, lint, fuzz), or for all but bench.
.PHONY: deps deps-demo deps-check deps-bench deps-lint deps-fuzz
deps:
	@tests/deps.sh
deps-demo deps-check deps-bench deps-lint deps-fuzz:
	@tests/deps.sh $(@:deps-%=%)

# === installation =============================================================================

.PHONY: install uninstall clean
install: $(TOOLS) $(SCRIPTS) $(PARTS)
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)
	install -m 755 $(TOOLS) $(SCRIPTS) $(DESTDIR)$(BINDIR)
	install -m 644 $(filter %.bash,$(PARTS)) $(DESTDIR)$(LIBDIR)
	install -m 755 $(filter-out %.bash,$(PARTS)) $(DESTDIR)$(LIBDIR)
	for m in $(MANUALS); do d=$(DESTDIR)$(MANDIR)/man$${m##*.}; \
	    install -d $$d && install -m 644 $$m $$d || exit 1; done

uninstall:
	rm -f $(patsubst $(B)/%,$(DESTDIR)$(BINDIR)/%,$(TOOLS) $(SCRIPTS))
	rm -f $(patsubst $(B)/sync/%,$(DESTDIR)$(LIBDIR)/%,$(PARTS))
	for m in $(notdir $(MANUALS)); do rm -f $(DESTDIR)$(MANDIR)/man$${m##*.}/$$m; done

clean:
	rm -rf build

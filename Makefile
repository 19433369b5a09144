# weather_fdw: build, install, try and test. For users:
#
#   make, make install, make installcheck, make clean     as with any PGXS extension (PG_CONFIG=…)
#   make demo [KEEP=1]   the whole job on a throw-away server; installs what is missing
#   make test            every test; installs what is missing
#   make soak            a thousand kills in the middle of refreshes
#   make bench           the comparisons of bench/
#   make unit, make fuzz engine tests without a server

EXTENSION = weather_fdw
MODULE_big = weather_fdw
EXTENSION_VERSION := $(shell sed -n "s/^default_version = '\(.*\)'$$/\1/p" weather_fdw.control)

ENGINE_SOURCES := $(sort $(wildcard src/engine/*.cpp))
PG_SOURCES     := $(sort $(wildcard src/pg/*.cpp))
OBJS = $(patsubst %.cpp,%.o,$(ENGINE_SOURCES) $(PG_SOURCES))

# The extension's script is kept as topic files; setup and refresh are the DBA's, beside it.
EXTENSION_SCRIPT = sql/weather_fdw--$(EXTENSION_VERSION).sql
EXTENSION_TOPICS = $(addprefix sql/extension/,handler.sql files.sql last_scan.sql \
    setup.sql status.sql source.sql changes.sql statements.sql load.sql replace.sql plan.sql refresh.sql schedule.sql \
    partitions.sql export.sql grants.sql)
DATA_built  = $(EXTENSION_SCRIPT)
DBA_SCRIPTS = $(addprefix sql/weather_,setup.sql refresh.sql export.sql)
SCRIPTS     = scripts/weather-refresh

# pg_regress takes its input from test/sql and, its output directory being this one, the expected
# output from expected/. REGRESS_INPUTDIR: a copy of test/ that the server's user can read.
REGRESS = $(patsubst test/sql/%.sql,%,$(sort $(wildcard test/sql/*.sql)))
REGRESS_INPUTDIR = test
REGRESS_OPTS = --inputdir=$(REGRESS_INPUTDIR)

# What several sessions do at a time: test/specs, by PostgreSQL's isolation tester, likewise.
ISOLATION = $(patsubst test/specs/%.spec,%,$(sort $(wildcard test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(REGRESS_INPUTDIR) --outputdir=.

PG_CONFIG ?= pg_config
export PG_CONFIG

# -isystem: our warnings are for our code, not for PostgreSQL's headers.
WARNINGS    = -Wall -Wextra
PG_CPPFLAGS = -iquote src/engine -iquote src/pg -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CXXFLAGS = -std=c++17 -O2 -fvisibility=hidden -fvisibility-inlines-hidden \
              $(WARNINGS) -Wno-register $(COPT)
# The version script keeps the C++ library's templates, which hidden visibility does not reach, from
# being merged with another extension's.
SHLIB_LINK  = -lz -lzstd -lstdc++ -Wl,--version-script=src/pg/exports.map
EXTRA_CLEAN = build $(OBJS:.o=.d)

PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))
ifneq ($(PGXS),)

include $(PGXS)

# PGXS builds the JIT's bitcode without PG_CXXFLAGS. The compiler proper has given its warnings.
BITCODE_CXXFLAGS += $(filter-out -W%,$(PG_CXXFLAGS))

# Header dependencies, and a rebuild when the compiler, the server or the flags change (but for -Werror,
# which changes no code).
override CXXFLAGS += -MMD -MP
-include $(OBJS:.o=.d)
BUILD_FLAGS = $(CXX) $(filter-out -Werror,$(CXXFLAGS)) $(CPPFLAGS)
$(OBJS): build/flags
$(shlib): src/pg/exports.map
$(OBJS:.o=.bc): %.bc: %.o
build/flags: FORCE
	@mkdir -p build
	@echo '$(BUILD_FLAGS)' | cmp -s - $@ || echo '$(BUILD_FLAGS)' > $@

$(EXTENSION_SCRIPT): $(EXTENSION_TOPICS) weather_fdw.control
	( printf '%s\n' '\echo Use "CREATE EXTENSION weather_fdw" to load this file. \quit'; \
	  cat $(EXTENSION_TOPICS) ) > $@

install: install-dba-scripts
install-dba-scripts:
	$(MKDIR_P) '$(DESTDIR)$(datadir)/weather_fdw'
	$(INSTALL_DATA) $(DBA_SCRIPTS) '$(DESTDIR)$(datadir)/weather_fdw/'

uninstall: uninstall-dba-scripts
uninstall-dba-scripts:
	rm -rf '$(DESTDIR)$(datadir)/weather_fdw'

else

all install uninstall installcheck:
	@echo 'No PostgreSQL server headers: scripts/install-deps build installs them,' >&2
	@echo 'or name another installation with PG_CONFIG=/path/to/pg_config.' >&2
	@exit 1

clean:
	rm -rf $(EXTRA_CLEAN) $(DATA_built) $(OBJS) $(OBJS:.o=.bc) $(MODULE_big).so

endif

# The targets below install what is missing first, so they call make anew.

JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

demo:
	@scripts/install-deps demo
	$(MAKE) --no-print-directory $(JOBS) all
	@scripts/make-install
	@scripts/with-cluster $(if $(filter-out 0 no,$(KEEP)),--keep) scripts/demo

test:
	@scripts/test

soak:
	@WEATHER_KILL_CYCLES=$${WEATHER_KILL_CYCLES:-1000} TAP_TESTS=test/t/040_kill.pl scripts/test tap

bench:
	@scripts/install-deps bench
	$(MAKE) --no-print-directory $(JOBS) all
	@scripts/make-install
	bench/run

# The engine's own tests: no server, no PGXS, sanitizers on, warnings are errors.

SANITIZE     = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
ENGINE_FLAGS = -std=c++17 -g -O1 $(WARNINGS) -Werror -iquote src/engine -MMD -MP $(SANITIZE)
ENGINE_LIBS  = -lz -lzstd

UNIT_ENGINE = $(patsubst src/engine/%.cpp,build/unit/engine/%.o,$(ENGINE_SOURCES))
UNIT_TESTS  = $(patsubst test/unit/%.cpp,build/unit/%.o,$(sort $(wildcard test/unit/*_test.cpp)))

unit: build/unit/engine_test
	build/unit/engine_test

build/unit/engine_test: $(UNIT_ENGINE) $(UNIT_TESTS)
	$(CXX) $(SANITIZE) -o $@ $^ -lgtest -lgtest_main -pthread $(ENGINE_LIBS)

build/unit/engine/%.o: src/engine/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(ENGINE_FLAGS) -c -o $@ $<

build/unit/%.o: test/unit/%.cpp
	@mkdir -p $(@D)
	$(CXX) $(ENGINE_FLAGS) -c -o $@ $<

# A short fixed run of each fuzzer; `make fuzz FUZZ_RUNS=-1` goes on for ever.

FUZZ_CXX    = clang++
FUZZ_RUNS   = 100000
FUZZ_CORPUS = $(wildcard test/fuzz/corpus)
FUZZ_ENGINE = $(patsubst src/engine/%.cpp,build/fuzz/engine/%.o,$(ENGINE_SOURCES))
FUZZERS     = $(patsubst test/fuzz/%.cpp,%,$(sort $(wildcard test/fuzz/*_fuzz.cpp)))

fuzz: $(FUZZERS:%=run-%)

run-%_fuzz: build/fuzz/%_fuzz
	@rm -rf build/fuzz/found-$*
	@mkdir -p build/fuzz/found-$*
	$< -seed=1 -runs=$(FUZZ_RUNS) -max_len=4096 -print_final_stats=1 -verbosity=0 \
	    -artifact_prefix=build/fuzz/ build/fuzz/found-$* $(FUZZ_CORPUS)

build/fuzz/%_fuzz: test/fuzz/%_fuzz.cpp $(FUZZ_ENGINE)
	$(FUZZ_CXX) $(ENGINE_FLAGS) -fsanitize=fuzzer -o $@ $(filter %.cpp %.o,$^) $(ENGINE_LIBS)

build/fuzz/engine/%.o: src/engine/%.cpp
	@mkdir -p $(@D)
	$(FUZZ_CXX) $(ENGINE_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

-include $(wildcard build/unit/*.d build/unit/engine/*.d build/fuzz/*.d build/fuzz/engine/*.d)

.PHONY: FORCE demo test soak bench unit fuzz install-dba-scripts uninstall-dba-scripts
.SECONDARY: $(FUZZ_ENGINE) $(FUZZERS:%=build/fuzz/%)

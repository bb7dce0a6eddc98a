#!/usr/bin/python3
"""examples: the example at the head of each header compiles.

    examples.py path/to/source path/to/build COMPILER...

An example is each indented paragraph of a header's first comment in which a line ends with a `;`.
The statements of a header are compiled as the body of a function that returns int; functions in the
example stand before it. `…words…` stands for statements that are left out. The names that an example
does not declare itself (`error`, `arena`, `r`, …) are declared below, once for all headers, so that
one name means one thing. A header has an entry of its own where a name means something else there,
or where its example needs further headers.
"""
import concurrent.futures
import os
import re
import sys

import headers
import tap

GIVEN = """
    int r = 0;
    struct eh_error error;
    struct eh_arena arena, scratch;
    struct eh_bytes out, bytes;
    struct eh_str id, rep, team, text, told, reason;
    int64_t now, now_us, then_us, from_us, to_us, at_ms, took_us, total, open;
    int32_t today, date, first, last;
    size_t count, size, done, all, max, last_line;
    uint64_t seed, from, to, epoch, input;
    void *context, *ctx;
    struct eh_key digest;
    const struct eh_draws *draws;
    struct eh_message m, message;
    struct eh_input in;
    struct eh_effects fx, effects;
    struct eh_engine *engine, *e;
    struct eh_chain chain;
    struct eh_record record;
    struct eh_period period;
    struct eh_period_view view;
    struct eh_settlement settlement;
    struct eh_desk *desk;
    struct eh_bonus_plan *plan;
    struct eh_bonus_facts facts;
    struct eh_checkpoint checkpoint;
    struct event_base *base;
    struct eh_config *config;
    struct eh_app *app;
    struct eh_batch *b, *batch;
    struct eh_item *item;
    struct eh_head head;
    struct eh_store *store;
    struct eh_outbox *outbox;
    struct eh_redis_link *link;
    struct eh_admin_request *request;
    struct eh_child *child;
    struct eh_stream_id low, high;
    struct eh_cli *cli;
    struct eh_cli_log *log;
    struct eh_replay replay;
    const char *conninfo, *path, *line, *body, *yaml, *const *values;
    const int *lengths;
    void print(struct eh_str who, int64_t amount);
    void pay(struct eh_str who, int64_t amount);
    void log_error(const char *format, const char *text);
    void dead_letter(const char *reason);
"""

# {end of a header's path: #include lines, and declarations of its own}
OWN = {
    "commands/app.h": "struct eh_connection *connection; struct eh_profile *profile;",
    "commands/commands.h": """#include "bridge/profile/connection.h"\n""",
    "commands/control.h": """struct eh_connection *connection; struct eh_bridge_app *app;
        struct eh_control *control;""",
    "commands/adding.h": "struct eh_bridge_call call;",
    "commands/exchange.h": """struct eh_connection *connection; struct eh_profile *profile;
        json_t *input, *values, *request, *answer;""",
    "commands/hook.h": "struct eh_exchange *exchange; int later;",
    "commands/match.h": "json_t *group, *teams, *member, *people;",
    "commands/check_desk.h": "struct eh_connection *connection; unsigned wrong = 0;",
    "commands/people.h": "struct eh_exchange *exchange;",
    "commands/place.h": "const char *secret, *yaml;",
    "commands/steps.h": "struct eh_exchange *exchange; eh_steps_fn *on_value; struct eh_error *people;",
    "commands/load.h": """#include "host/log.h"
        struct eh_bridge_call call;""",
    "web/ask/answers.h": """#include "web/config/config.h"
        struct eh_web_config *web; eh_answer_fn *on_answer; void *page;""",
    "web/ask/kept.h": "json_t *body;",
    "web/live/live.h": "struct eh_http_request *request; uint64_t version;",
    "web/screens/layout.h": "struct eh_page *page;",
    "web/screens/parts.h": "struct eh_page *page; json_t *ticket;",
    "web/screens/board_parts.h": "struct eh_page *page; json_t *sales, *ana, *ticket;",
    "web/screens/money_parts.h": "struct eh_page *page; json_t *body;",
    "web/screens/pool_parts.h": "struct eh_page *page; json_t *plan, *pool;",
    "web/screens/run.h": """struct eh_pages *pages; const struct eh_screen *screen;
        void *on_done;""",
    "web/serve/private.h": "struct eh_serve *serve; struct eh_http_request *request;",
    "web/serve/squeeze.h": """struct eh_http_request *request; struct eh_str text; bool tls;
        struct evbuffer *body;""",
    "web/serve/serve.h": "struct eh_web_config *web;",
    "web/sign/memory.h": "struct eh_token link, session;",
    "web/sign/token.h": "struct eh_sign_key key;",
    "web/sign/sign.h": """struct eh_web_config *web; struct eh_http_request *request;""",
    "wire/holidays_file.h": "eh_holidays_fn *put;",
    "ask/asker.h": "eh_asker_fn *on_answer;",
    "sync/difference.h": """#include "bridge/in/feed.h"
        struct eh_held *held; struct eh_said said; struct eh_connection *connection;
        struct eh_feed *feed; eh_feed_fn *on_put;""",
    "sync/private.h": "struct eh_sync *sync;",
    "sync/said.h": "json_t *value; struct eh_connection *connection;",
    "sync/sync.h": """struct eh_connection *connection; struct eh_map *map; struct eh_feed *feed;
        struct eh_sync_helpdesk helpdesk; void *out; json_t *value, *entry;
        eh_sync_taken_fn *on_taken; void *taking;""",
    "bridge/map/child.h": """#include <unistd.h>
        struct eh_map_options options; int fd;""",
    "bridge/in/aside.h": "struct eh_str body;",
    "bridge/in/feed.h": """struct eh_redis_address address; json_t *message; eh_feed_fn *on_put;
        void *request;""",
    "bridge/in/verify.h": """#include "bridge/profile/connection.h"
        struct eh_profile *profile; struct eh_connection *connection; struct eh_str body;
        void *eh_header_of, *request;""",
    "bridge/in/webhook.h": """struct eh_connection *connection; struct eh_profile *profile;
        struct eh_map *map; void *on_value; void *app, *value; struct eh_taking *taking;""",
    "bridge/map/map.h": """const char **programs; json_t *connection, *input; eh_map_fn *on_mapped;
        void *request;""",
    "host/local.h": "int64_t local_s;",
    "host/yaml_json.h": "struct eh_yaml *in; const yaml_node_t *node;",
    "host/yaml_node.h": "struct eh_yaml *in; const yaml_node_t *node; const char *name;",
    "host/yaml_table.h": "#include <jansson.h>\n",
    "pool/next.h": "struct eh_pool_statement *statement; eh_plan_line_fn *line; void *context;",
    "calendar/handover.h": "struct eh_engine *engine; struct eh_hours_zone zone; int32_t today;",
    "calendar/idle.h": "struct eh_hours_zone zone; eh_desk_line_fn *line;",
    "ics/holidays.h": "eh_holidays_read_fn *read; int32_t today;",
    "ics/ics.h": "int64_t now_s, in_a_year_s; struct eh_ics ics;",
    "calendar/zones.h": """int64_t offset_s(void *, const char *, int64_t); struct eh_hours hours;
        struct eh_desk_calendar *calendar; int32_t first, last;""",
    "wire/hours.h": """struct eh_desk_calendar *calendar; int32_t first, last;
        int64_t zone_instant(void *context, struct eh_str time_zone, int64_t local_s);
        void work(int64_t from_us, int64_t until_us);""",
    "admin/api/what_if.h": "struct eh_pool_asked asked;",
    "admin/api/log_text.h": "struct eh_str by, rep, source, id, reason;",
    "admin/api/board.h": "struct eh_admin_request *request; struct eh_str team; json_t *body;",
    "admin/http/child.h": "void *answer;",
    "admin/http/peer.h": "struct eh_peers peers; int fd;",
    "batch/command.h": "eh_command_fn *on_done;",
    "batch/pace.h": "struct eh_pace pace; uint32_t weight;",
    "batch/salts.h": "struct eh_past past; struct eh_input *input;",
    "inbox/entry.h": "redisReply *element; struct eh_inbox_entry entry;",
    "inbox/held.h": "struct eh_inbox_hold hold; struct eh_inbox_room room; struct eh_stream_id first, last;",
    "inbox/inbox.h": """struct eh_redis_address *address; const char *key; int64_t keep;
        struct eh_redis_link *writes; struct eh_inbox_callbacks callbacks; struct eh_stream_id *ids;
        struct eh_inbox_hold *held;""",
    "inbox/set.h": "struct eh_stream_id id, *ids; struct eh_str body;",
    "lead/app.h": "eh_command_fn *on_done;",
    "lead/keys.h": "struct eh_keys keys; struct eh_totals totals;",
    "lead/quarantine.h": "struct eh_quarantine q;",
    "lead/repeats.h": "struct eh_repeats repeats; struct eh_stream_id id, after, last; void *found;",
    "lead/skips.h": "struct eh_skips skips; bool is_day;",
    "bridge/out/accountless.h": """struct eh_out_options options; struct eh_parked_item item;
        const char *source; struct eh_str rep; char why[EH_PARKED_WHY_MAX];""",
    "bridge/out/backoff.h": "uint32_t chance; int64_t wait_ms, now_s;",
    "bridge/out/cursor.h": "struct eh_cursor *cursor; int parked_fd;",
    "bridge/out/jobs.h": "struct eh_jobs_ways ways; struct eh_jobs *jobs; uint64_t cursor_at;",
    "bridge/out/out.h": """struct eh_connection *connection; struct eh_profile *profile; struct eh_map *map;
        struct eh_redis_address address; void *on_entry, *on_sweep, *bridge, *sweep; eh_web_fn *on_answer;
        json_t *request;""",
    "bridge/out/parked.h": "struct eh_parked *parked;",
    "bridge/out/render.h": "#include \"bridge/out/web.h\"\njson_t *request, *auth;",
    "bridge/out/sender.h": """struct eh_web *web; struct eh_sender *sender; json_t *auth; const char *secret;
        eh_web_fn *on_answer; void *job;""",
    "bridge/out/tail.h": """struct eh_redis_address address; void *on_entry, *on_caught_up, *on_gap, *out;
        struct eh_tail *tail; json_t *entry;""",
    "bridge/out/wanted.h": """struct eh_jobs *jobs; json_t *entry; uint64_t seq;""",
    "bridge/out/web.h": "struct eh_web *web; eh_web_fn *on_answer; void *job;",
    "bridge/out/words.h": "json_t *values; struct eh_web_answer answer;",
    "outbox/burst.h": """struct eh_burst burst; struct eh_notice *notice; bool json;
        const char *outbox_key, *dead_key; struct eh_burst_trim trim;
        eh_redis_reply_fn *on_queued, *on_exec;""",
    "outbox/match.h": "redisReply *reply;",
    "outbox/outbox.h": "uint64_t head_seq, last_dead_input; struct eh_outbox_batch *batch;",
    "pg/array.h": "const char *values[8]; int lengths[8];",
    "pg/pg.h": """struct eh_pg_statement *statements; eh_pg_state_fn *on_state;
        eh_pg_result_fn *got_row;""",
    "store/recovery.h": "void *on_done, *on_month; struct eh_recovery *recovery;",
    "store/schema.h": "eh_schema_report_fn *report; struct eh_schema_found found;",
    "store/store.h": "struct eh_store_callbacks callbacks;",
    "host/alarms.h": "struct eh_alarms *alarms;",
    "admin/http/lookup.h": "#include <unistd.h>\nuid_t uid; void *peer; eh_child_fn *on_end;",
    "host/child.h": "#include <unistd.h>\neh_child_fn *on_end;",
    "host/sanitized.h": "#include <sys/resource.h>\nstruct rlimit memory;",
    "host/options.h": "#include <getopt.h>\nint argc; char **argv;",
    "host/command_line.h": "eh_child_fn *on_end;",
    "redis/link.h": """struct eh_redis_address address; eh_redis_state_fn *on_state;
        eh_redis_reply_fn *got_reply; int argc; const char **argv; size_t *argvlen;""",
    "redis/reply.h": "#include <hiredis/async.h>\nredisAsyncContext *ac;",
    "redis/rights.h": "struct eh_redis_keys keys; eh_redis_rights_fn *on_answer;",
    "value/json.h": "#include <jansson.h>\n",
    "bonus/apportion.h": "struct eh_str ana, bo;",
    "draw/draw.h": "struct eh_str desk, source; uint8_t *seed, *digest;",
    "draw/hash.h": "void *bytes, *row;",
    "base/error.h": "#include <evenhand/wire/desk.h>\n",
    "base/bytes.h": "int in;",
    "wire/schedule.h": "const struct eh_interval *intervals; int64_t until_us; const uint16_t *minutes;",
    "engine/parsed_desk.h": "#include <evenhand/engine/engine.h>\nstruct eh_engine *e; struct eh_input in; struct eh_effects fx;",
    "engine/columns.h": "void query(const char *sql); uint64_t nulls;",
    "engine/periods.h": "struct eh_engine *e; struct eh_bytes text; eh_fact_fn *each;",
    "fairness/bias.h": "struct eh_fairness_report report; void complain(struct eh_str who);",
    "fairness/report.h": "struct eh_fairness_account reading;",
    "fairness/verdicts.h": "#include <math.h>\n",
    "fairness/watch_time.h": "struct eh_fairness_watch *w;",
    "screens/due.h": "struct eh_page *page; json_t *answer, *sales;",
    "screens/fairness_parts.h": "struct eh_page *page; json_t *answer, *report;",
    "fairness/watch.h": """struct eh_str sales; struct eh_fairness_report report; int64_t first, last;
        bool next_input(struct eh_input *ret);""",
    "measure/measure.h": """const struct eh_plan_measure *measure; const struct eh_bonus_facts *facts;
        void complain(const char *why);""",
    "json/plan.h": "struct eh_pool_statement *statement; struct eh_pool_next *next;",
    "json/pool.h": "struct eh_pool_statement *statement; struct eh_bonus_node *why;",
    "wire/plan.h": "eh_plan_line_fn *say;",
    "engine/policy.h": "struct eh_choice choice; uint32_t position; struct eh_draws *draws;",
    "engine/stored.h": "#include \"state.h\"\nstruct fact *fact; struct eh_bytes *out;",
    "wire/desk_read.h": """struct desk_reader *reader; struct desk_node *node; struct desk_path *path;
        struct eh_desk_rep rep;""",
    "wire/message_fields.h": "void *item;",
    "wire/message_scan.h": "struct eh_str bytes;",
    "wire/unpack.h": "struct eh_str bytes;",
    "wire/lines.h": "#include <evenhand/wire/desk.h>\nstruct eh_desk_team *team; void *line;",
    "bench.d/engine.h": "int64_t took;",
    "bench.d/figures.h": "#include <stdio.h>\nint64_t *took_ns; uint32_t count;",
    "bench.d/hook.h": "const char *secret;",
    "bench.d/history_rows.h": "struct eh_effect effect; struct rows_state state; uint64_t seq;",
    "ask/fairness_text.h": "json_t *report; char text[80];",
    "ask/payroll.h": "json_t *pool;",
    "ask/pool.h": "json_t *pool;",
    "client/http.h": "struct eh_str body; const char *rep;",
    "client/object.h": "json_t *ticket;",
    "evenhand/command.h": "#include \"client/http.h\"\n",
    "feed/fates.h": "size_t counts[EH_FATE_COUNT];",
    "history/found.h": "struct eh_history_rules rules;",
    "history/history.h": "eh_history_fn *on_ticket;",
    "history/messages.h": "struct eh_history_rules rules;",
    "log/replay.h": "eh_deal_fn *on_deal;",
    "plan/file.h": "#include \"command.h\"\n",
    "redis/entries.h": "struct eh_stream stream;",
    "redis/stream.h": "struct eh_str body; size_t taken; struct eh_entry_id ids[EH_STREAM_WINDOW];",
    "simulate/policy.h": "#include <evenhand/engine/engine.h>\nstruct eh_input in;",
    "simulate/simulation.h": """void *on_progress; struct eh_figures figures; uint32_t team;""",
    "simulate/tally.h": "uint32_t team, rep, share_ppm;",
    "term/args.h": """struct eh_cli_command *commands; struct eh_cli cli; int argc; char **argv;
        bool wants_help;""",
    "verify/published.h": "char *address; struct eh_published published;",
    "fuzz/edits.h": "uint8_t *data; struct eh_str good;",
    "property/fairness_desks.h": "struct desk_shape shape; struct seed seed; struct eh_str yaml;",
    "scenario/redis_bench.h": "void *is_so;",
    "simulation/fake_log.h": "struct log log; struct eh_str entry; size_t at;",
    "simulation/helpdesk.h": "char text[80], json[80];",
    "unit/admin_kit.h": "const char *desk; void *setup;",
    "unit/admin_lives.h": "int REQUEST;",
    "client/list.h": "void *rep_row;",
    "unit/fairness_kit.h": "struct eh_deal deal;",
    "unit/stays_kit.h": "struct kit k;",
}


def example_of(text):
    """The code of the comment that a header opens with; empty without."""
    comment = re.match(r"/\*(.*?)\*/", text, re.DOTALL)
    lines = [re.sub(r"^ \* ?", "", line) for line in (comment[1] if comment else "").split("\n")]
    blocks, block = [], []
    for line in lines + [""]:
        if line.startswith("    "):
            block.append(line[4:])
        else:
            blocks.append(block)
            block = []
    return "".join(line + "\n" for part in blocks
                   if re.search(r";( *//.*)?$", "\n".join(part), re.MULTILINE) for line in part)


def whole_functions(code):
    """(functions that are there whole, the statements around them)"""
    pattern = re.compile(r"^\w[^;\n]*\)\n\{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
    return "".join(pattern.findall(code)), pattern.sub("", code)


def names(declarations):
    """{name: its declaration}. A declaration is of one function, or of variables of one type."""
    found = {}
    for words in filter(str.strip, declarations.split(";")):
        function = re.match(r"\s*[^(]*?(\w+)\(", words)
        if function:
            found[function[1]] = words.strip() + ";"
            continue
        kind, variables = re.match(r"\s*((?:const )?(?:struct )?\w+) ([^;]*)", words).groups()
        for variable in variables.split(","):
            name = re.findall(r"\w+", re.split(r"[\[=]", variable)[0])[-1]
            found[name] = "static %s %s;" % (kind, variable.strip())
    return found


def program(header, code):
    own = next((text for end, text in OWN.items() if header.endswith(end)), "")
    known = {**names(GIVEN), **names(re.sub(r"#include.*", "", own))}
    code = re.sub(r"…[^…\n]*…|…", "left_out();", code)
    functions, statements = whole_functions(code)
    bare = re.sub(r'"[^"\n]*"|\'[^\'\n]*\'|//.*', "", code)
    given = [words for name, words in known.items() if re.search(r"(?<![.>\w])%s\b" % name, bare)]
    return "\n".join(["#include <evenhand/base/base.h>",
                      '#include "%s"' % os.path.join(headers.SOURCE, header),
                      *re.findall(r"^#include.*", own, re.MULTILINE),
                      "void left_out(void);", functions,
                      "int example(void)", "{", *given, "{", statements, "}", "return 0;", "}", ""])


def complaint_of(header, code):
    return headers.compiled(program(header, code), [
        *headers.flags_of(header), "-w", "-Wno-return-type", "-Werror=implicit-function-declaration",
        "-Werror=implicit-int", "-Werror=incompatible-pointer-types", "-Werror=int-conversion"])


def complaint(header):
    """None: there is no example."""
    with open(os.path.join(headers.SOURCE, header), encoding="utf-8") as f:
        code = example_of(f.read())
    return complaint_of(header, code) if code else None


def each_example_compiles():
    names = [name for folder in ("include", "lib", "daemon", "tools", "tests")
             for name in headers.headers(folder)]
    with concurrent.futures.ThreadPoolExecutor(headers.WORKERS) as pool:
        told = {name: text for name, text in zip(names, pool.map(complaint, names))
                if text is not None}
    print("# %d examples" % len(told))
    wrong = ["%s: its example does not compile:\n%s" % item for item in told.items() if item[1]]
    assert not wrong, "\n".join(wrong)


def one_that_does_not_compile_is_found():
    text = "/*\n * x: an example.\n *\n *     struct eh_str x = eh_str_n(%s);\n *     …use it…\n */\n"
    for word, wrong in (('"x", 1', False), ('"x"', True), ("nowhere, 1", True)):
        code = example_of(text % word)
        header = os.path.join("include", "evenhand", "base", "text.h")
        assert code and bool(complaint_of(header, code)) == wrong, (word, code)


if __name__ == "__main__":
    tap.play([each_example_compiles, one_that_does_not_compile_is_found])

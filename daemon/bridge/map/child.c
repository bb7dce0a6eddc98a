/*
 * child: libjq behind a socket. jq has no limit of steps or depth, and ends the process when memory
 * runs out, so all of that is left to the kernel: a timer on CPU time, a bound on the address
 * space, no files, no processes.
 */
#include "bridge/map/child.h"

#include <fcntl.h>
#include <jq.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

#include "host/bounded.h"
#include "host/sanitized.h"

#define SOCKET_FD 3

/* ---- Confinement. */

static void limit(int what, rlim_t most)
{
    const struct rlimit both = {most, most};
    if (setrlimit(what, &both) < 0)
        _exit(1);
}

/* What the parent holds already counts, too. */
static rlim_t held_bytes(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file || fscanf(file, "%lu", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void default_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        signal(i, i == SIGTERM || i == SIGINT || i == SIGHUP ? SIG_IGN : SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* It keeps the socket, and three times nothing. */
static void close_files(int fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(fd, SOCKET_FD) < 0)
        _exit(1);
    for (int i = 0; i < SOCKET_FD; i++)
        dup2(null, i);
    close_range(SOCKET_FD + 1, ~0u, 0);
}

static void confine(void)
{
    static char *none[] = {NULL}; /* jq reads `environ` and takes no NULL for it */
    environ = none;
    if (!EH_SANITIZED)
        limit(RLIMIT_AS, held_bytes() + EH_MAP_MEMORY);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    if (!EH_SANITIZED)
        limit(RLIMIT_NOFILE, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        _exit(1);
}

/* SIGPROF ends us once so much more CPU time has gone; 0: never. */
static void allow_ms(long ms)
{
    const struct itimerval most = {.it_value = {ms / 1000, ms % 1000 * 1000}};
    setitimer(ITIMER_PROF, &most, NULL);
}

/* ---- JSON, from jansson's to jq's. */

static jv jv_of(const json_t *value);

static jv jv_of_integer(json_int_t number)
{
    char text[32];
    if (number <= EH_INTEGER_MAX && number >= -EH_INTEGER_MAX)
        return jv_number((double)number);
    snprintf(text, sizeof text, "%" JSON_INTEGER_FORMAT, number); /* a double would change it */
    return jv_string(text);
}

static jv jv_of_object(const json_t *value)
{
    jv object = jv_object();
    const char *key;
    const json_t *item;
    json_object_foreach((json_t *)value, key, item) object =
        jv_object_set(object, jv_string(key), jv_of(item));
    return object;
}

static jv jv_of_array(const json_t *value)
{
    jv array = jv_array();
    for (size_t i = 0; i < json_array_size(value); i++)
        array = jv_array_append(array, jv_of(json_array_get(value, i)));
    return array;
}

static jv jv_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return jv_of_object(value);
    case JSON_ARRAY:
        return jv_of_array(value);
    case JSON_STRING:
        return jv_string_sized(json_string_value(value), (int)json_string_length(value));
    case JSON_INTEGER:
        return jv_of_integer(json_integer_value(value));
    case JSON_REAL:
        return jv_number(json_real_value(value));
    case JSON_TRUE:
        return jv_true();
    case JSON_FALSE:
        return jv_false();
    default:
        return jv_null();
    }
}

/* ---- Programs. */

struct compiled {
    jq_state *jq;
    char why[EH_ERROR_TEXT_MAX]; /* the first thing that jq said */
};

struct runner {
    const struct eh_map_child *child;
    struct compiled programs[EH_MAP_PROGRAMS_MAX];
    struct eh_bytes out;
};

static void keep_words(void *context, jv message)
{
    struct compiled *program = context;
    if (jv_get_kind(message) == JV_KIND_STRING && !program->why[0]) {
        struct eh_str text = eh_str(jv_string_value(message));
        static const char prefix[] = "jq: error: ";
        if (text.size >= sizeof prefix && memcmp(text.data, prefix, sizeof prefix - 1) == 0)
            text = eh_str_n(text.data + sizeof prefix - 1, text.size - sizeof prefix + 1);
        eh_format(program->why, sizeof program->why, "%.*s", EH_STR_ARG(text));
        eh_text_tidy(program->why, strlen(program->why));
    }
    jv_free(message);
}

static bool compile(struct compiled *program, const char *text, const json_t *connection)
{
    jq_state *jq = jq_init();
    if (!jq)
        _exit(1);
    allow_ms(EH_MAP_COMPILE_MS);
    jq_set_error_cb(jq, keep_words, program);
    jv arguments = jv_object_set(jv_object(), jv_string("connection"),
                                 connection ? jv_of(connection) : jv_object());
    if (jq_compile_args(jq, text, arguments)) {
        program->jq = jq;
        return true;
    }
    jq_teardown(&jq);
    return false;
}

static enum eh_map_end say(struct runner *run, const char *why)
{
    eh_bytes_clear(&run->out);
    eh_bytes_put(&run->out, why, strlen(why));
    return EH_MAP_ERROR;
}

static enum eh_map_end say_error(struct runner *run, jv result)
{
    char why[EH_ERROR_TEXT_MAX];
    jv message = jv_invalid_get_msg(result);
    if (jv_get_kind(message) != JV_KIND_STRING)
        message = jv_dump_string(message, 0);
    struct eh_str text = eh_str(jv_string_value(message));
    eh_format(why, sizeof why, "%.*s", EH_STR_ARG(text));
    eh_text_tidy(why, strlen(why));
    jv_free(message);
    return say(run, why);
}

static enum eh_map_end say_nothing(struct runner *run)
{
    eh_bytes_clear(&run->out);
    eh_bytes_put(&run->out, "[]", 2);
    return EH_MAP_DONE;
}

static void put_value(struct runner *run, jv value)
{
    jv text = jv_dump_string(value, 0);
    if (run->out.size > 1)
        eh_bytes_put(&run->out, ",", 1);
    eh_bytes_put(&run->out, jv_string_value(text), (size_t)jv_string_length_bytes(jv_copy(text)));
    jv_free(text);
}

/* All that it yields, as a JSON array. */
static enum eh_map_end yield(struct runner *run, jq_state *jq)
{
    unsigned count = 0;
    jv value = jv_invalid();
    eh_bytes_clear(&run->out);
    eh_bytes_put(&run->out, "[", 1);
    while (jv_is_valid(value = jq_next(jq))) {
        put_value(run, value);
        if (++count > EH_MAP_VALUES_MAX || run->out.size > EH_MAP_OUTPUT_MAX)
            return say(run, "yields more than there is room for");
    }
    if (jv_invalid_has_msg(jv_copy(value)))
        return say_error(run, value);
    jv_free(value);
    if (jq_halted(jq))
        return say(run, "halt has no place here");
    eh_bytes_put(&run->out, "]", 1);
    return EH_MAP_DONE;
}

static enum eh_map_end answer(struct runner *run, uint32_t what, const char *body, size_t size)
{
    uint32_t number = what & ~EH_MAP_COMPILE;
    struct compiled *program = &run->programs[number];
    struct eh_error error = {0};
    json_t *input;
    const struct eh_map_options *options = run->child->options;
    if (!program->jq && !compile(program, options->programs[number], options->connection))
        return say(run, program->why[0] ? program->why : "cannot be compiled");
    allow_ms(EH_MAP_CPU_MS);
    if (what & EH_MAP_COMPILE)
        return say_nothing(run);
    if (eh_bounded_json(eh_str_n(body, size), &input, &error) < 0)
        return say(run, error.text);
    jv value = jv_of(input);
    json_decref(input);
    jq_start(program->jq, value, 0);
    enum eh_map_end end = yield(run, program->jq);
    jq_start(program->jq, jv_null(), 0); /* lets go of the input */
    return end;
}

/* ---- The socket. */

static void read_all(FILE *from, void *to, size_t size)
{
    if (fread(to, 1, size, from) != size)
        _exit(0); /* the parent has gone */
}

/* It blocks until all is written: what ends it early ends us. */
static void write_frame(uint32_t what, const struct eh_bytes *body)
{
    struct eh_map_frame frame = {what, (uint32_t)body->size};
    const struct iovec parts[] = {{&frame, sizeof frame}, {body->data, body->size}};
    if (writev(SOCKET_FD, parts, 2) != (ssize_t)(sizeof frame + body->size))
        _exit(0);
}

static void serve(struct runner *run, FILE *from)
{
    struct eh_map_frame frame;
    read_all(from, &frame, sizeof frame);
    char *body = malloc(frame.size + 1);
    if (!body)
        abort();
    read_all(from, body, frame.size);
    enum eh_map_end end = answer(run, frame.what, body, frame.size);
    allow_ms(0);
    free(body);
    if (run->out.failed)
        abort();
    write_frame((uint32_t)end, &run->out);
}

void eh_map_child_run(const struct eh_map_child *child)
{
    struct runner run = {.child = child};
    default_signals();
    if (child->options->in_child)
        child->options->in_child(child->options->in_child_context);
    close_files(child->fd);
    FILE *from = fdopen(SOCKET_FD, "r");
    confine();
    if (!from)
        _exit(1);
    for (;;)
        serve(&run, from);
}

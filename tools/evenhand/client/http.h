/*
 * http: one request to the daemon over its Unix socket, and its JSON answer.
 *
 *     EH_AUTO(eh_answer) struct eh_answer answer = {0};
 *     char path[EH_CLI_PATH];
 *     eh_path(path, "/v1/reps/%s/signal", rep);
 *     const struct eh_request request = {.method = "POST", .path = path, .body = body};
 *     int r = eh_http_send(cli, &request, &answer);
 *
 * An error is said on stderr and becomes the exit code: 403 is 77, 500 and above 69, the rest 1.
 */
#ifndef EVENHAND_TOOLS_CLIENT_HTTP_H
#define EVENHAND_TOOLS_CLIENT_HTTP_H

#include <jansson.h>

#include "command.h"

#define EH_CLI_PATH       1024               /* bytes of a request's path, with terminator */
#define EH_CLI_ANSWER_MAX ((size_t)64 << 20) /* bytes of an answer */
#define EH_CLI_CONNECT_S  5
#define EH_CLI_ANSWER_S   30

/* Each once in the life of the program, before and after all requests. */
void eh_http_begin(void);
void eh_http_end(void);

struct eh_answer {
    long status; /* of HTTP; 0: there was no answer */
    struct eh_bytes text;
    json_t *json;
};

void eh_answer_done(struct eh_answer *);

struct eh_request {
    const char *method, *path;
    const char *type;   /* of the body; NULL: JSON */
    struct eh_str body; /* empty with GET */
    const char *file;   /* stands before what the daemon says of the body: "desk.yaml:"; or NULL */
    bool quiet;         /* an error is not said */
};

/* Writes a path; its %s parts are percent-encoded. False: the path is too long. */
bool eh_path(char ret[EH_CLI_PATH], const char *format, ...) EH_PRINTF(2, 3) EH_MUST_CHECK;
/* Appends `before` as it is and `value` encoded: "&team=", "sales". */
bool eh_path_add(char path[EH_CLI_PATH], const char *before, const char *value) EH_MUST_CHECK;

int eh_http_get(const struct eh_cli *, const char *path, struct eh_answer *ret) EH_MUST_CHECK;
/* The same; an error is not said. */
bool eh_http_try(const struct eh_cli *, const char *path, struct eh_answer *ret) EH_MUST_CHECK;
int eh_http_send(const struct eh_cli *, const struct eh_request *,
                 struct eh_answer *ret) EH_MUST_CHECK;
/* POST of a JSON object, which it frees. */
int eh_http_post(const struct eh_cli *, const char *path, json_t *body,
                 struct eh_answer *ret) EH_MUST_CHECK;

/* Prints the answer for programs: as it came, indented on a terminal. */
void eh_answer_print(const struct eh_cli *, const struct eh_answer *);
/* True: nothing is left to print, for the request failed (r) or --json has printed the answer.
 * False: the caller prints the answer, whose texts are clean now. */
bool eh_answer_told(const struct eh_cli *, int r, const struct eh_answer *);

#endif

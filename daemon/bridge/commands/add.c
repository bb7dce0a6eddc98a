/*
 * add: connects a helpdesk: asks for what a person alone knows, reads the rest from the helpdesk
 * and from the desk, makes the webhook, and writes the files: all of it, or nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "bridge/commands/adding.h"
#include "bridge/commands/desk.h"
#include "bridge/commands/hook.h"
#include "bridge/commands/load.h"
#include "bridge/commands/place.h"
#include "bridge/commands/talk.h"
#include "host/log.h"

#define SECRET_BYTES 32
#define AGENTS_SHOWN 50

/* ---- What is written. */

struct files {
    struct eh_place places[3];
    size_t count;
};

static void files_list(const struct eh_adding *adding, const char *text, struct files *ret)
{
    const struct eh_connection *c = adding->connection;
    ret->count = 0;
    ret->places[ret->count++] = (struct eh_place){adding->token_path, c->secret, true};
    if (adding->address[0] || !text)
        ret->places[ret->count++] = (struct eh_place){adding->hook_path, c->webhook_secret, true};
    ret->places[ret->count++] = (struct eh_place){adding->path, text, false};
}

static int files_check(const struct eh_adding *adding, struct eh_error *error)
{
    struct files files;
    files_list(adding, NULL, &files);
    return eh_place_check(files.places, files.count, error);
}

/* What cannot be read again is not written. */
static int files_write(const struct eh_adding *adding, struct eh_error *error)
{
    struct files files;
    struct eh_connection *again = NULL;
    char *text = eh_adding_text(adding);
    int r = text ? eh_connection_parse(eh_str(text), adding->path, adding->name, &again, error)
                 : eh_error_set(error, EH_ENOMEM, "out of memory");
    eh_connection_free(again);
    if (r == 0) {
        files_list(adding, text, &files);
        r = eh_place(files.places, files.count, error);
    }
    free(text);
    return r;
}

/* ---- What is read. */

static void notes_print(const json_t *notes)
{
    size_t i;
    const json_t *note;
    json_array_foreach(notes, i, note) printf("  %s\n", json_string_value(note));
}

static int read_helpdesk(struct eh_adding *adding, struct eh_error *error)
{
    struct eh_exchange *exchange = NULL;
    if (!adding->profile->programs[EH_PROGRAM_PEOPLE]) {
        puts("The profile cannot read the helpdesk's groups and agents: you are asked for them.");
        return 0;
    }
    int r = eh_exchange_new(adding->connection, adding->profile, &exchange, error);
    if (r == 0)
        r = eh_people_ask(exchange, &adding->people, error);
    eh_exchange_free(exchange);
    if (r < 0)
        return r;
    if (!adding->connection->account[0])
        eh_format(adding->connection->account, sizeof adding->connection->account, "%s",
                  adding->people.me);
    eh_people_leave_out(&adding->people, adding->connection->account);
    printf("%s has %zu groups and %zu agents.\n", adding->connection->url,
           json_array_size(adding->people.groups), json_array_size(adding->people.agents));
    notes_print(adding->people.notes);
    return 0;
}

static void read_desk(struct eh_adding *adding)
{
    struct eh_error error = {0};
    if (eh_desk_ask(adding->connection->admin_socket, &adding->desk, &error) < 0)
        printf("The desk cannot be asked (%s: %s): you are asked for its teams.\n",
               adding->connection->admin_socket, error.text);
}

/* ---- The webhook. */

static int secret_make(struct eh_adding *adding, struct eh_error *error)
{
    unsigned char bytes[SECRET_BYTES];
    struct eh_bytes hex = EH_BYTES_INIT;
    struct eh_connection *c = adding->connection;
    if (c->webhook_secret[0] || !adding->address[0])
        return 0;
    if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
        return eh_error_set(error, EH_EUNAVAILABLE, "no random bytes: %s", strerror(errno));
    eh_bytes_put_hex(&hex, bytes, sizeof bytes);
    eh_bytes_put_u8(&hex, 0);
    eh_require(!hex.failed);
    eh_format(c->webhook_secret, sizeof c->webhook_secret, "%s%s",
              adding->profile->verify.kind == EH_VERIFY_BASIC ? "evenhand:" : "",
              (const char *)hex.data);
    explicit_bzero(hex.data, hex.capacity);
    explicit_bzero(bytes, sizeof bytes);
    eh_bytes_done(&hex);
    return 0;
}

static bool has_hook(const struct eh_adding *adding)
{
    return adding->address[0] && adding->profile->programs[EH_PROGRAM_HOOK];
}

/* The webhook, then the files; the webhook is taken back where they cannot be written. */
static int make_all(struct eh_adding *adding, struct eh_error *error)
{
    struct eh_exchange *exchange = NULL;
    struct eh_hook hook = {0};
    struct eh_connection *c = adding->connection;
    if (!has_hook(adding))
        return files_write(adding, error);
    int r = eh_exchange_new(c, adding->profile, &exchange, error);
    if (r == 0) {
        eh_hook_begin(&hook, exchange, adding->address);
        r = eh_hook_make(&hook, error);
        if (r == 0 && hook.secret[0])
            eh_format(c->webhook_secret, sizeof c->webhook_secret, "%s", hook.secret);
        if (r == 0 && (r = files_write(adding, error)) < 0)
            eh_hook_undo(&hook);
        if (r == 0)
            puts("The webhook is made in the helpdesk.");
        notes_print(hook.notes);
    }
    eh_hook_done(&hook);
    eh_exchange_free(exchange);
    return r;
}

/* ---- What is told at the end. */

static void accounts_print(const struct eh_adding *adding)
{
    const char *rep;
    json_t *account;
    if (json_object_size(adding->accounts) == 0)
        return;
    puts("\nFor the desk file, to each rep's line:\n");
    json_object_foreach(adding->accounts, rep, account)
    {
        char *text = json_dumps(account, JSON_ENCODE_ANY);
        printf("  - {id: %s, accounts: {%s: %s}}\n", rep, adding->connection->source,
               text ? text : "");
        free(text);
    }
}

/* Nobody knows which rep has which. */
static void agents_print(const struct eh_adding *adding)
{
    size_t i;
    const json_t *agent;
    if (adding->desk || json_array_size(adding->people.agents) == 0)
        return;
    puts("\nFor the desk file, to the line of the rep who has it:\n");
    json_array_foreach(adding->people.agents, i, agent)
    {
        char *text = json_dumps(json_object_get(agent, "account"), JSON_ENCODE_ANY);
        const char *name = json_string_value(json_object_get(agent, "name"));
        if (i < AGENTS_SHOWN)
            printf("  accounts: {%s: %s}   # %s\n", adding->connection->source, text ? text : "",
                   name ? name : "");
        free(text);
    }
    if (i > AGENTS_SHOWN)
        printf("  # and %zu more\n", i - AGENTS_SHOWN);
}

static void next_print(const struct eh_adding *adding)
{
    printf("\n%s is written. Next:\n", adding->path);
    if (adding->address[0])
        printf("  - let %s lead to its `listen`: evenhand-bridge(8) has nginx and Caddy\n",
               adding->address);
    printf("  - evenhand-bridge check %s\n"
           "  - systemctl enable --now evenhand-bridge@%s\n",
           adding->name, adding->name);
    if (adding->profile->setup && !has_hook(adding))
        printf("\nWhat has to be made in the helpdesk, with the address %s and the secret in "
               "%s:\n\n%s",
               adding->address[0] ? adding->address : "(none)",
               adding->address[0] ? adding->hook_path : "(none)", adding->profile->setup);
}

/* ---- The whole. */

static const char *fault_word(const char *answer, const void *context)
{
    (void)context;
    return strcmp(answer, "yes") == 0 || strcmp(answer, "no") == 0 ? NULL : "is neither yes nor no";
}

static int confirm(const struct eh_adding *adding, struct eh_error *error)
{
    char answer[8];
    const struct eh_question question = {.text = has_hook(adding)
                                                     ? "Write this, and make the webhook? yes or no"
                                                     : "Write this? yes or no",
                                         .usual = "yes",
                                         .fault = fault_word};
    int r = eh_talk_ask(&question, answer, sizeof answer, error);
    if (r == 0 && strcmp(answer, "no") == 0)
        return eh_error_set(error, EH_ECONFLICT, "no: nothing was written");
    return r;
}

static int add(struct eh_adding *adding, struct eh_error *error)
{
    int r = files_check(adding, error);
    if (r == 0)
        r = eh_adding_ask(adding, error);
    if (r == 0)
        r = secret_make(adding, error);
    if (r == 0)
        r = read_helpdesk(adding, error);
    if (r < 0)
        return r;
    read_desk(adding);
    r = eh_adding_sort(adding, error);
    if (r == 0)
        r = confirm(adding, error);
    if (r == 0)
        r = make_all(adding, error);
    if (r < 0)
        return r;
    accounts_print(adding);
    agents_print(adding);
    next_print(adding);
    return 0;
}

static int wrong_word(const char *word, const char *why)
{
    fprintf(stderr, "evenhand-bridge: %.200s: %s\n", word, why);
    return EH_EXIT_USAGE;
}

int eh_bridge_add(const struct eh_bridge_call *call)
{
    struct eh_adding adding;
    struct eh_error error = {0};
    const char *fault = eh_connection_url_fault(eh_str(call->words[0]));
    if (!eh_id_valid(eh_str(call->name)))
        return wrong_word(call->name, "is no name of a profile");
    if (call->rename && !eh_id_valid(eh_str(call->rename)))
        return wrong_word(call->rename, "is no name of a connection: small letters, digits, '.', "
                                        "'_' and '-'");
    if (fault)
        return wrong_word(call->words[0], fault);
    eh_log_open(EH_LOG_ERROR); /* what goes wrong is said here, in one line */
    int r = eh_adding_begin(call, &adding, &error);
    if (r == 0)
        r = add(&adding, &error);
    eh_adding_done(&adding);
    fflush(stdout);
    return r < 0 ? eh_bridge_fail(&error) : 0;
}

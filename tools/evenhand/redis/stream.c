/* stream: hiredis without an event loop, pipelined by windows. */
#include "stream.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <sys/time.h>

#include "term/say.h"

bool eh_redis_address(const char *address, char ret_host[EH_REDIS_ADDRESS_MAX], int *ret_port)
{
    if (strncmp(address, "unix:", 5) == 0)
        address += 5;
    size_t size = strlen(address);
    if (size == 0 || size >= EH_REDIS_ADDRESS_MAX)
        return false;
    if (address[0] == '/') {
        memcpy(ret_host, address, size + 1);
        *ret_port = 0;
        return true;
    }
    const char *colon = strrchr(address, ':');
    int64_t port;
    if (!colon || colon == address || eh_integer_parse(eh_str(colon + 1), &port, NULL) < 0 ||
        port < 1 || port > 65535)
        return false;
    const char *host = address;
    size_t host_size = (size_t)(colon - address);
    if (host[0] == '[' && host_size > 2 && host[host_size - 1] == ']') {
        host++;
        host_size -= 2;
    }
    memcpy(ret_host, host, host_size);
    ret_host[host_size] = '\0';
    *ret_port = (int)port;
    return true;
}

static int stream_say_lost(const struct eh_stream *s)
{
    return eh_say(s->cli, EH_EXIT_UNAVAILABLE, "redis %s: %s", s->address,
                  s->redis && s->redis->errstr[0] ? s->redis->errstr : "no answer");
}

static int stream_say_answer(const struct eh_stream *s, const char *text)
{
    bool denied = strncmp(text, "NOAUTH", 6) == 0 || strncmp(text, "NOPERM", 6) == 0 ||
                  strncmp(text, "WRONGPASS", 9) == 0;
    bool wrong = strncmp(text, "WRONGTYPE", 9) == 0;
    return eh_say(s->cli,
                  denied  ? EH_EXIT_DENIED
                  : wrong ? EH_EXIT_REFUSED
                          : EH_EXIT_UNAVAILABLE,
                  "redis %s: %s%s", s->address, text,
                  denied ? "; EVENHAND_REDIS_USER and EVENHAND_REDIS_PASSWORD say who asks" : "");
}

static int stream_authenticate(struct eh_stream *s)
{
    const char *password = getenv("EVENHAND_REDIS_PASSWORD");
    const char *user = getenv("EVENHAND_REDIS_USER");
    if (!password)
        return EH_EXIT_DONE;
    redisReply *reply = user ? redisCommand(s->redis, "AUTH %s %s", user, password)
                             : redisCommand(s->redis, "AUTH %s", password);
    int r = !reply                             ? stream_say_lost(s)
            : reply->type == REDIS_REPLY_ERROR ? stream_say_answer(s, reply->str)
                                               : EH_EXIT_DONE;
    freeReplyObject(reply);
    return r;
}

int eh_stream_open(const struct eh_cli *cli, const char *address, const char *key,
                   struct eh_stream *ret)
{
    struct eh_stream s = {.cli = cli};
    struct timeval connect = {.tv_sec = EH_STREAM_CONNECT_S}, answer = {EH_STREAM_ANSWER_S, 0};
    char host[EH_REDIS_ADDRESS_MAX];
    int port;
    if (!eh_redis_address(address, host, &port))
        return eh_say(cli, EH_EXIT_USAGE,
                      "%s: no Redis address; write /path/to/redis.sock or 127.0.0.1:6379", address);
    eh_format(s.address, sizeof s.address, "%s", address);
    eh_format(s.key, sizeof s.key, "%s", key);
    s.redis = port ? redisConnectWithTimeout(host, port, connect)
                   : redisConnectUnixWithTimeout(host, connect);
    int r = EH_EXIT_DONE;
    if (!s.redis || s.redis->err || redisSetTimeout(s.redis, answer) != REDIS_OK)
        r = stream_say_lost(&s);
    if (r == EH_EXIT_DONE)
        r = stream_authenticate(&s);
    if (r != EH_EXIT_DONE) {
        eh_stream_close(&s);
        return r;
    }
    *ret = s;
    return EH_EXIT_DONE;
}

void eh_stream_add(struct eh_stream *s, char field, struct eh_str body)
{
    const char *argv[] = {"XADD", s->key, "*", &field, body.data};
    const size_t sizes[] = {4, strlen(s->key), 1, 1, body.size};
    eh_require(s->pending < EH_STREAM_WINDOW);
    eh_require(redisAppendCommandArgv(s->redis, 5, argv, sizes) == REDIS_OK);
    s->pending++;
}

bool eh_entry_id_read(const char *text, struct eh_entry_id *ret)
{
    char *end;
    struct eh_entry_id id = {.ms = strtoull(text, &end, 10)};
    if (end == text || *end != '-')
        return false;
    text = end + 1;
    id.no = strtoull(text, &end, 10);
    if (end == text || *end)
        return false;
    *ret = id;
    return true;
}

struct eh_entry_id_text eh_entry_id_text(struct eh_entry_id id)
{
    struct eh_entry_id_text ret;
    eh_format(ret.text, sizeof ret.text, "%llu-%llu", (unsigned long long)id.ms,
              (unsigned long long)id.no);
    return ret;
}

int eh_stream_flush(struct eh_stream *s, size_t *ret_taken,
                    struct eh_entry_id ret_ids[EH_STREAM_WINDOW])
{
    int r = EH_EXIT_DONE;
    size_t taken = 0;
    for (; s->pending; s->pending--) {
        void *reply = NULL;
        if (redisGetReply(s->redis, &reply) != REDIS_OK) {
            if (r == EH_EXIT_DONE)
                r = stream_say_lost(s);
            s->pending = 0;
            break;
        }
        const redisReply *answer = reply;
        if (answer->type == REDIS_REPLY_ERROR && r == EH_EXIT_DONE)
            r = stream_say_answer(s, answer->str);
        if (r == EH_EXIT_DONE &&
            (answer->type != REDIS_REPLY_STRING || !eh_entry_id_read(answer->str, &ret_ids[taken])))
            r = eh_say(s->cli, EH_EXIT_UNAVAILABLE, "redis %s: no id for an entry", s->address);
        taken += r == EH_EXIT_DONE;
        freeReplyObject(reply);
    }
    *ret_taken = taken;
    return r;
}

void eh_stream_close(struct eh_stream *s)
{
    if (s->redis)
        redisFree(s->redis);
    *s = (struct eh_stream){0};
}

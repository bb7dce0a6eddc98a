/* talk: reads byte by byte, so that what follows a line stays for the next question. */
#include "bridge/commands/talk.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

/* ---- A terminal that shows nothing. */

struct quiet {
    struct termios before;
    sigset_t mask;
    int signals; /* Ctrl-C waits here until the terminal is as it was; -1: it shows what is typed */
};

static bool quiet_begin(struct quiet *quiet)
{
    sigset_t ends;
    quiet->signals = -1;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &quiet->before) < 0)
        return false;
    struct termios without = quiet->before;
    without.c_lflag &= ~(tcflag_t)ECHO;
    sigemptyset(&ends);
    sigaddset(&ends, SIGINT);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, &quiet->mask);
    quiet->signals = signalfd(-1, &ends, SFD_CLOEXEC);
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &without) == 0;
}

static void quiet_end(struct quiet *quiet)
{
    tcsetattr(STDIN_FILENO, TCSADRAIN, &quiet->before);
    if (quiet->signals >= 0)
        close(quiet->signals);
    sigprocmask(SIG_SETMASK, &quiet->mask, NULL); /* one that came meanwhile ends us here */
}

/* ---- A line. */

enum line_end { LINE_WHOLE, LINE_LONG, LINE_NONE };

/* False: there is nothing more, or somebody has pressed Ctrl-C. */
static bool byte_read(int signals, char *ret)
{
    ssize_t n = -1;
    do {
        struct pollfd ways[] = {{STDIN_FILENO, POLLIN, 0}, {signals, POLLIN, 0}};
        if (signals >= 0 && poll(ways, 2, -1) > 0 && ways[1].revents)
            return false;
        n = read(STDIN_FILENO, ret, 1);
    } while (n < 0 && errno == EINTR);
    return n > 0;
}

/* A last line without its end is one, too. */
static enum line_end line_read(int signals, char *ret, size_t size)
{
    size_t at = 0, seen = 0;
    char c;
    bool more;
    while ((more = byte_read(signals, &c)) && c != '\n') {
        seen++;
        if (at + 1 < size)
            ret[at++] = c;
    }
    ret[at] = 0;
    return !more && seen == 0 ? LINE_NONE : seen > at ? LINE_LONG : LINE_WHOLE;
}

static void line_trim(char *line)
{
    size_t first = strspn(line, " \t\r"), size = strlen(line + first);
    memmove(line, line + first, size + 1);
    while (size > 0 && strchr(" \t\r", line[size - 1]))
        line[--size] = 0;
}

/* ---- A question. */

static void question_print(const struct eh_question *question)
{
    if (question->usual)
        printf("%s [%s]: ", question->text, question->usual);
    else
        printf("%s: ", question->text);
    fflush(stdout);
}

static enum line_end answer_read(const struct eh_question *question, char *ret, size_t size)
{
    struct quiet quiet = {.signals = -1};
    bool is_quiet = question->secret && quiet_begin(&quiet); /* before anybody can type */
    question_print(question);
    enum line_end end = line_read(quiet.signals, ret, size);
    if (is_quiet)
        quiet_end(&quiet);
    if (is_quiet || !isatty(STDIN_FILENO))
        putchar('\n');
    line_trim(ret);
    if (!ret[0] && question->usual && end != LINE_NONE)
        eh_format(ret, size, "%s", question->usual);
    return end;
}

static const char *answer_fault(const struct eh_question *question, const char *answer)
{
    for (const char *c = answer; *c; c++)
        if ((unsigned char)*c < ' ')
            return "has a character that no line of text has";
    return question->fault ? question->fault(answer, question->context) : NULL;
}

int eh_talk_ask(const struct eh_question *question, char *ret, size_t size, struct eh_error *error)
{
    for (int i = 0; i < EH_TALK_TRIES; i++) {
        enum line_end end = answer_read(question, ret, size);
        if (end == LINE_NONE)
            return eh_error_set(error, EH_EINVAL,
                                "the answers end before this one, and nothing was written: %s",
                                question->text);
        const char *fault = end == LINE_LONG ? "is too long" : answer_fault(question, ret);
        if (!fault)
            return 0;
        printf("  %.80s: %s\n", question->secret ? "that" : ret, fault);
    }
    return eh_error_set(error, EH_EINVAL, "no answer was right, and nothing was written: %s",
                        question->text);
}

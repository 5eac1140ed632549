/* fetch_child: starts `config-server --fetch`, hears its progress, and kills it when it is late. */
#include "fetch_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"

enum {
    VARIABLES_MAX = 16,
    SAID_MAX = 64 * 1024,
};

/* --- the request --- */

/* In the order in which they are written; behind them the parent's number. */
#define FIELD(name) offsetof(struct fetch_request, name)
static const size_t texts[] = {
    FIELD(url),
    FIELD(mirror),
    FIELD(username),
    FIELD(password),
    FIELD(ssh.private_key),
    FIELD(ssh.passphrase),
    FIELD(ssh.host_key),
    FIELD(ssh.host_key_algorithm),
    FIELD(ssh.known_hosts_file),
    FIELD(ssh.preferred_authentications),
    FIELD(proxies.http.host),
    FIELD(proxies.http.username),
    FIELD(proxies.http.password),
    FIELD(proxies.http.non_proxy_hosts),
    FIELD(proxies.https.host),
    FIELD(proxies.https.username),
    FIELD(proxies.https.password),
    FIELD(proxies.https.non_proxy_hosts),
};
static const size_t numbers[] = {
    FIELD(proxies.http.port),
    FIELD(proxies.https.port),
};
static const size_t flags[] = {
    FIELD(skip_ssl_validation), FIELD(anew), FIELD(tidy), FIELD(ssh.any_host_key),
    FIELD(ssh.ignore_local),
};
#undef FIELD

static const char **text_at(struct fetch_request *request, size_t offset)
{
    return (const char **)(void *)((char *)request + offset);
}

static int64_t *number_at(struct fetch_request *request, size_t offset)
{
    return (int64_t *)(void *)((char *)request + offset);
}

static bool *flag_at(struct fetch_request *request, size_t offset)
{
    return (bool *)(void *)((char *)request + offset);
}

static void put(struct cr_buf *out, const char *text)
{
    cr_buf_append(out, text, strlen(text) + 1);
}

static void put_number(struct cr_buf *out, int64_t number)
{
    char text[32];
    (void)snprintf(text, sizeof(text), "%lld", (long long)number);
    put(out, text);
}

void fetch_request_write(const struct fetch_request *request, struct cr_buf *out)
{
    struct fetch_request copy = *request;
    for (size_t i = 0; i < CR_COUNT(texts); i++) {
        const char *text = *text_at(&copy, texts[i]);
        put(out, text ? text : "");
    }
    for (size_t i = 0; i < CR_COUNT(numbers); i++)
        put_number(out, *number_at(&copy, numbers[i]));
    for (size_t i = 0; i < CR_COUNT(flags); i++)
        put(out, *flag_at(&copy, flags[i]) ? "1" : "0");
    put_number(out, getpid());
}

/* The next text, or NULL where the bytes end before it. */
static const char *take(struct cr_slice *bytes)
{
    const char *text = bytes->ptr;
    ptrdiff_t end = cr_slice_find(*bytes, '\0');
    if (end < 0)
        return NULL;
    *bytes = cr_slice_from(*bytes, (size_t)end + 1);
    return text;
}

int fetch_request_read(struct cr_slice bytes, struct fetch_request *out_request,
                       int64_t *out_parent)
{
    struct fetch_request request = {0};
    const char *text = "";
    for (size_t i = 0; i < CR_COUNT(texts) && text; i++) {
        text = take(&bytes);
        *text_at(&request, texts[i]) = text;
    }
    for (size_t i = 0; i < CR_COUNT(numbers) && text; i++) {
        text = take(&bytes);
        if (text && cr_int_parse(cr_slice_of(text), 0, INT64_MAX, number_at(&request, numbers[i])))
            return CR_EPARSE;
    }
    for (size_t i = 0; i < CR_COUNT(flags) && text; i++) {
        text = take(&bytes);
        *flag_at(&request, flags[i]) = text && *text == '1';
    }
    const char *parent = text ? take(&bytes) : NULL;
    if (!parent)
        return CR_EPARSE;
    *out_request = request;
    return cr_int_parse(cr_slice_of(parent), 1, INT32_MAX, out_parent);
}

/* --- starting --- */

/* The daemon's environment may hold its password (SPRING_CLOUD_CONFIG_SERVER_GIT_PASSWORD). */
static size_t choose_variables(char *variables[VARIABLES_MAX + 1])
{
    static const char *const wanted[] = {
        "PATH=",          "HOME=",          "TZ=",           "LANG=",
        "SSL_CERT_FILE=", "SSL_CERT_DIR=",  "RES_OPTIONS=",  "TMPDIR=",
        "ASAN_OPTIONS=",  "UBSAN_OPTIONS=", "LSAN_OPTIONS=", "TSAN_OPTIONS=",
        "SSH_AUTH_SOCK=",
    };
    size_t count = 0;
    for (char **variable = environ; *variable && count < VARIABLES_MAX; variable++) {
        for (size_t i = 0; i < CR_COUNT(wanted) && count < VARIABLES_MAX; i++)
            if (strncmp(*variable, wanted[i], strlen(wanted[i])) == 0)
                variables[count++] = *variable;
    }
    variables[count] = NULL;
    return count;
}

static int spawn(pid_t *out_pid, int in_fd, int out_fd)
{
    static char name[] = "config-server", mode[] = "--fetch";
    char *const arguments[] = {name, mode, NULL};
    char *variables[VARIABLES_MAX + 1];
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    (void)choose_variables(variables);
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return ENOMEM;
    }
    int rc = posix_spawn_file_actions_adddup2(&actions, in_fd, STDIN_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    if (rc == 0)
        rc = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    (void)posix_spawnattr_setsigmask(&attributes, &none);
    (void)posix_spawnattr_setsigdefault(&attributes, &all);
    /* A group of its own: Ctrl-C at a terminal is for the server, which then ends the child and
     * what the child has started. */
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_SETPGROUP);
    if (rc == 0)
        rc = posix_spawn(out_pid, "/proc/self/exe", &actions, &attributes, arguments, variables);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

/* A pipe takes FETCH_REQUEST_MAX bytes without anybody reading. */
static int write_request(int fd, const struct fetch_request *request, struct cr_err *err)
{
    CR_AUTO(cr_buf) bytes = {.max = FETCH_REQUEST_MAX};
    fetch_request_write(request, &bytes);
    if (cr_buf_status(&bytes) < 0)
        return cr_err_set(err, CR_ELIMIT, "the URL or the credentials are too long");
    ssize_t written = write(fd, bytes.data, bytes.len);
    explicit_bzero(bytes.data, bytes.len);
    if (written != (ssize_t)bytes.len)
        return cr_err_errno(err, CR_EIO, errno, "a fetch could not be asked for");
    return 0;
}

/* Ends of pipes are -1 once they are closed or were handed on. */
struct pipes {
    int to_child[2], from_child[2];
};

static void pipes_close(struct pipes *pipes)
{
    for (size_t i = 0; i < 2; i++) {
        cr_closep(&pipes->to_child[i]);
        cr_closep(&pipes->from_child[i]);
    }
}

static int start(struct pipes *pipes, const struct fetch_request *request, pid_t *out_pid,
                 struct cr_err *err)
{
    if (pipe2(pipes->to_child, O_CLOEXEC) < 0 || pipe2(pipes->from_child, O_CLOEXEC) < 0)
        return cr_err_errno(err, CR_EIO, errno, "a fetch could not be started: pipe");
    int rc = write_request(pipes->to_child[1], request, err);
    if (rc < 0)
        return rc;
    int reason = spawn(out_pid, pipes->to_child[0], pipes->from_child[1]);
    if (reason != 0)
        return cr_err_errno(err, CR_EIO, reason, "a fetch could not be started");
    (void)fcntl(pipes->from_child[0], F_SETFL, O_NONBLOCK);
    return 0;
}

int fetch_child_start(struct fetch_child *child, const struct fetch_request *request,
                      const struct fetch_limits *limits, struct cr_err *err)
{
    struct pipes pipes = {{-1, -1}, {-1, -1}};
    int64_t now_ms = cr_clock_ms();
    pid_t pid = 0;
    int rc = start(&pipes, request, &pid, err);
    if (rc == 0) {
        *child = (struct fetch_child){
            .pid = pid,
            .out_fd = pipes.from_child[0],
            .started_ms = now_ms,
            .heard_ms = now_ms,
            .limits = *limits,
            .said = {.max = SAID_MAX},
        };
        pipes.from_child[0] = -1;
    }
    pipes_close(&pipes);
    return rc;
}

/* --- hearing --- */

int64_t fetch_child_deadline_ms(const struct fetch_child *child)
{
    return cr_min_i64(child->heard_ms + child->limits.silence_ms,
                      child->started_ms + child->limits.total_ms);
}

/* True at the end of what it has to say. Its dots are dropped: only what follows them is kept. */
static bool hear(struct fetch_child *child, int64_t now_ms)
{
    char piece[4096];
    for (;;) {
        ssize_t got = read(child->out_fd, piece, sizeof(piece));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got == 0 || errno != EAGAIN;
        child->heard_ms = now_ms;
        size_t start = 0;
        while (child->said.len == 0 && start < (size_t)got && piece[start] == FETCH_PROGRESS)
            start++;
        cr_buf_append(&child->said, piece + start, (size_t)got - start);
    }
}

static int reap(struct fetch_child *child)
{
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    cr_closep(&child->out_fd);
    child->pid = 0;
    return status;
}

static void take_result(struct fetch_child *child, int status, struct fetch_result *out)
{
    /* The result begins behind one byte that is no dot. */
    if (child->said.len == sizeof(*out) + 1 && cr_buf_status(&child->said) == 0) {
        memcpy(out, child->said.data + 1, sizeof(*out));
        out->text[sizeof(out->text) - 1] = '\0';
        return;
    }
    *out = (struct fetch_result){.code = CR_EINTERNAL};
    if (WIFSIGNALED(status))
        (void)snprintf(out->text, sizeof(out->text), "the fetching process ended by signal %d",
                       WTERMSIG(status));
    else
        (void)snprintf(out->text, sizeof(out->text), "the fetching process ended with code %d",
                       WEXITSTATUS(status));
}

static void give_up(struct fetch_child *child, int64_t now_ms, struct fetch_result *out)
{
    *out = (struct fetch_result){.code = CR_ETIMEOUT};
    if (now_ms >= child->heard_ms + child->limits.silence_ms)
        (void)snprintf(out->text, sizeof(out->text), "nothing came for %lld s",
                       (long long)(child->limits.silence_ms / 1000));
    else
        (void)snprintf(out->text, sizeof(out->text), "not done within %lld s",
                       (long long)(child->limits.total_ms / 1000));
}

bool fetch_child_take(struct fetch_child *child, int64_t now_ms, struct fetch_result *out_result)
{
    bool ended = hear(child, now_ms);
    if (!ended && now_ms < fetch_child_deadline_ms(child))
        return false;
    if (ended) {
        take_result(child, reap(child), out_result);
    } else {
        give_up(child, now_ms, out_result);
        (void)kill(-child->pid, SIGKILL);
        (void)reap(child);
    }
    cr_buf_free(&child->said);
    return true;
}

void fetch_child_kill(struct fetch_child *child)
{
    (void)kill(-child->pid, SIGKILL);
    (void)reap(child);
    cr_buf_free(&child->said);
}

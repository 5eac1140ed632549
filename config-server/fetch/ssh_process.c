/* ssh_process: the client's arguments, its pipes, and what its complaints mean. */
#include "ssh_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ask_pass.h"

#define GIT "spring.cloud.config.server.git."

enum { ARGUMENTS_MAX = 48, NOT_FOUND = 127 };

/* --- memory files --- */

/* A file that no other user can read and that ends with this process; -1 where there is nothing to
 * write. */
static int write_file(const char *name, const void *bytes, size_t len, int *out_fd,
                      struct cr_err *err)
{
    *out_fd = memfd_create(name, MFD_CLOEXEC);
    if (*out_fd < 0 || fchmod(*out_fd, S_IRUSR) < 0 || write(*out_fd, bytes, len) != (ssize_t)len)
        return cr_err_errno(err, CR_EIO, errno, "a memory file for SSH");
    return 0;
}

static int write_key(struct ssh_process *process, const char *key, struct cr_err *err)
{
    CR_AUTO(cr_buf) text = {0};
    cr_buf_text(&text, key);
    if (text.len > 0 && text.data[text.len - 1] != '\n')
        cr_buf_char(&text, '\n'); /* the client refuses a key without it */
    if (cr_buf_status(&text) < 0)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    int rc = write_file("key", text.data, text.len, &process->key_fd, err);
    explicit_bzero(text.data, text.len);
    return rc;
}

/* As a line of known_hosts(5). */
static int write_host(struct ssh_process *process, const struct ssh_order *order,
                      struct cr_err *err)
{
    const struct ssh_address *address = order->address;
    CR_AUTO(cr_buf) line = {0};
    if (address->port > 0)
        cr_buf_printf(&line, "[%s]:%d", address->host, address->port);
    else
        cr_buf_text(&line, address->host);
    cr_buf_printf(&line, " %s %s\n", order->login->host_key_algorithm, order->login->host_key);
    if (cr_buf_status(&line) < 0)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    return write_file("known_hosts", line.data, line.len, &process->hosts_fd, err);
}

static int write_secrets(struct ssh_process *process, const struct ssh_order *order,
                         struct cr_err *err)
{
    char secrets[ASK_PASS_BYTES_MAX];
    int len = snprintf(secrets, sizeof(secrets), "%s%c%s", order->login->passphrase, '\0',
                       order->password);
    if (len >= (int)sizeof(secrets))
        return cr_err_set(err, CR_ELIMIT, GIT "password or " GIT "passphrase is too long");
    int rc = write_file("secrets", secrets, (size_t)len, &process->secrets_fd, err);
    explicit_bzero(secrets, sizeof(secrets));
    return rc;
}

static int write_files(struct ssh_process *process, const struct ssh_order *order,
                       struct cr_err *err)
{
    int rc = 0;
    if (*order->login->private_key)
        rc = write_key(process, order->login->private_key, err);
    if (rc == 0 && *order->login->host_key)
        rc = write_host(process, order, err);
    if (rc == 0 && (*order->password || *order->login->passphrase))
        rc = write_secrets(process, order, err);
    return rc;
}

/* --- arguments --- */

struct arguments {
    struct cr_arena *arena;
    char *items[ARGUMENTS_MAX + 1];
    size_t count;
};

static void add(struct arguments *arguments, const char *text)
{
    if (arguments->count < ARGUMENTS_MAX)
        arguments->items[arguments->count++] = cr_arena_text(arguments->arena, text);
}

static void CR_PRINTF(2, 3) add_option(struct arguments *arguments, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = cr_arena_vprintf(arguments->arena, format, args);
    va_end(args);
    add(arguments, "-o");
    if (text)
        add(arguments, text);
}

/* Another process opens it through ours. */
static char *path_of(struct cr_arena *arena, int fd)
{
    return cr_arena_printf(arena, "/proc/%d/fd/%d", (int)getpid(), fd);
}

/* NULL: the client's own. "no" as to checking takes a key that changed as well; it is then written
 * down nowhere. */
static const char *known_hosts(struct cr_arena *arena, const struct ssh_process *process,
                               const struct ssh_login *login)
{
    if (login->any_host_key)
        return "/dev/null";
    if (process->hosts_fd >= 0)
        return path_of(arena, process->hosts_fd);
    if (*login->known_hosts_file)
        return login->known_hosts_file;
    return login->ignore_local ? "/dev/null" : NULL;
}

static void add_login(struct arguments *arguments, const struct ssh_process *process,
                      const struct ssh_login *login)
{
    const char *hosts = known_hosts(arguments->arena, process, login);
    if (login->ignore_local) {
        add(arguments, "-F");
        add(arguments, "none");
        add_option(arguments, "GlobalKnownHostsFile=/dev/null");
    }
    if (process->key_fd >= 0) {
        add(arguments, "-i");
        add(arguments, path_of(arguments->arena, process->key_fd));
    }
    if (process->key_fd >= 0 || login->ignore_local)
        add_option(arguments, "IdentitiesOnly=yes");
    if (hosts)
        add_option(arguments, "UserKnownHostsFile=\"%s\"", hosts);
    if (*login->host_key_algorithm)
        add_option(arguments, "HostKeyAlgorithms=%s", login->host_key_algorithm);
    if (*login->preferred_authentications)
        add_option(arguments, "PreferredAuthentications=%s", login->preferred_authentications);
    add_option(arguments, "StrictHostKeyChecking=%s", login->any_host_key ? "no" : "yes");
}

static int make_arguments(struct arguments *arguments, const struct ssh_process *process,
                          const struct ssh_order *order, struct cr_err *err)
{
    const struct ssh_address *address = order->address;
    const char *user = *order->user ? order->user : address->user;
    add(arguments, "ssh");
    add(arguments, "-T");
    add_option(arguments, "LogLevel=ERROR");
    add_login(arguments, process, order->login);
    add_option(arguments, "BatchMode=%s", process->secrets_fd >= 0 ? "no" : "yes");
    add_option(arguments, "NumberOfPasswordPrompts=1");
    add_option(arguments, "ClearAllForwardings=yes");
    add_option(arguments, "ForwardAgent=no");
    add_option(arguments, "PermitLocalCommand=no");
    if (address->port > 0)
        add_option(arguments, "Port=%d", address->port);
    if (*user)
        add_option(arguments, "User=%s", user);
    add(arguments, "--");
    add(arguments, address->host);
    add(arguments, order->command);
    if (cr_arena_failed(arguments->arena))
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    return 0;
}

/* --- the process --- */

/* In the child: what is not written down here it has from us. */
CR_NORETURN static void become_client(const struct ssh_process *process, pid_t parent,
                                      const int ends[3], char *const *items)
{
    char ask[64], secrets[64];
    /* The client would wait for its host for ever when this process is killed. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int i = 0; i < 3; i++)
        if (dup2(ends[i], i) < 0)
            _exit(NOT_FOUND);
    (void)signal(SIGPIPE, SIG_DFL);
    if (process->secrets_fd >= 0) {
        (void)snprintf(ask, sizeof(ask), "/proc/%d/exe", (int)parent);
        (void)snprintf(secrets, sizeof(secrets), "/proc/%d/fd/%d", (int)parent,
                       process->secrets_fd);
        (void)setenv("SSH_ASKPASS", ask, 1);
        (void)setenv("SSH_ASKPASS_REQUIRE", "force", 1);
        (void)setenv(ASK_PASS_VARIABLE, secrets, 1);
    }
    if (getppid() == parent)
        (void)execvp(items[0], items);
    _exit(NOT_FOUND);
}

/* The ends of pipes are -1 once they are closed or handed on. */
struct ends {
    int in[2], out[2], complaint[2];
};

static void ends_close(struct ends *ends)
{
    for (size_t i = 0; i < 2; i++) {
        cr_closep(&ends->in[i]);
        cr_closep(&ends->out[i]);
        cr_closep(&ends->complaint[i]);
    }
}
#define CR_AUTO_ENDS CR_CLEANUP(ends_close) struct ends

static int fork_client(struct ssh_process *process, char *const *items, struct cr_err *err)
{
    CR_AUTO_ENDS ends = {{-1, -1}, {-1, -1}, {-1, -1}};
    pid_t parent = getpid();
    if (pipe2(ends.in, O_CLOEXEC) < 0 || pipe2(ends.out, O_CLOEXEC) < 0 ||
        pipe2(ends.complaint, O_CLOEXEC) < 0)
        return cr_err_errno(err, CR_EIO, errno, "SSH could not be started: pipe");
    (void)signal(SIGPIPE, SIG_IGN);
    process->pid = fork();
    if (process->pid < 0)
        return cr_err_errno(err, CR_EIO, errno, "SSH could not be started");
    if (process->pid == 0)
        become_client(process, parent, (int[3]){ends.in[0], ends.out[1], ends.complaint[1]}, items);
    process->in_fd = ends.in[1];
    process->out_fd = ends.out[0];
    process->err_fd = ends.complaint[0];
    ends.in[1] = ends.out[0] = ends.complaint[0] = -1;
    (void)fcntl(process->err_fd, F_SETFL, O_NONBLOCK);
    return 0;
}

int ssh_process_start(struct ssh_process *process, const struct ssh_order *order,
                      struct cr_err *err)
{
    CR_AUTO_ARENA arena = cr_arena_new(0);
    struct arguments arguments = {.arena = arena};
    *process = (struct ssh_process){.in_fd = -1,
                                    .out_fd = -1,
                                    .err_fd = -1,
                                    .key_fd = -1,
                                    .hosts_fd = -1,
                                    .secrets_fd = -1,
                                    .complaint = {.max = SSH_COMPLAINT_MAX}};
    int rc = arena ? write_files(process, order, err) : cr_err_set(err, CR_ENOMEM, "out of memory");
    if (rc == 0)
        rc = make_arguments(&arguments, process, order, err);
    if (rc == 0)
        rc = fork_client(process, arguments.items, err);
    if (rc < 0)
        ssh_process_end(process);
    return rc;
}

/* --- talking --- */

/* What is beyond the bound is read and dropped, so that the client does not wait for us. */
static void take_complaint(struct ssh_process *process)
{
    char piece[4096];
    ssize_t got;
    while (process->err_fd >= 0 && (got = read(process->err_fd, piece, sizeof(piece))) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return;
        size_t room = SSH_COMPLAINT_MAX - process->complaint.len;
        if (got < 0)
            break;
        cr_buf_append(&process->complaint, piece, (size_t)got < room ? (size_t)got : room);
    }
    cr_closep(&process->err_fd);
}

/* Until fd can be read or written; hears complaints meanwhile. */
static void await(struct ssh_process *process, int fd, short events)
{
    struct pollfd fds[] = {{.fd = fd, .events = events}, {.fd = process->err_fd, .events = POLLIN}};
    while (fds[0].revents == 0 && (poll(fds, CR_COUNT(fds), -1) >= 0 || errno == EINTR)) {
        if (fds[1].revents == 0)
            continue;
        take_complaint(process);
        fds[1].fd = process->err_fd; /* poll(2) ignores what is closed */
    }
}

ssize_t ssh_process_read(struct ssh_process *process, void *data, size_t size)
{
    await(process, process->out_fd, POLLIN);
    return read(process->out_fd, data, size);
}

ssize_t ssh_process_write(struct ssh_process *process, const void *data, size_t len)
{
    await(process, process->in_fd, POLLOUT);
    return write(process->in_fd, data, len);
}

/* --- why it failed --- */

/* The last line that says something, without the "ssh: " and "fatal: " before it. */
static struct cr_slice last_line(struct cr_slice text)
{
    struct cr_slice line, last = {0};
    while (cr_slice_split(&text, '\n', &line)) {
        line = cr_slice_trim(line);
        if (line.len > 0 && !cr_slice_starts(line, CR_SLICE("Connection closed")) &&
            !cr_slice_starts(line, CR_SLICE("and the repository exists")))
            last = line;
    }
    static const char *const prefixes[] = {"ssh: ", "fatal: "};
    for (size_t i = 0; i < CR_COUNT(prefixes); i++)
        if (cr_slice_starts(last, cr_slice_of(prefixes[i])))
            last = cr_slice_from(last, strlen(prefixes[i]));
    return last;
}

static const struct {
    const char *words;
    int code;
    const char *text; /* NULL: the client's own line */
} complaints[] = {
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", CR_EINVAL,
     "the host's key is another one than before: if that is right, correct " GIT
     "known-hosts-file (or ~/.ssh/known_hosts) or " GIT "host-key"},
    {"Host key verification failed", CR_EINVAL,
     "the host's key is not known: name it in " GIT "known-hosts-file (or ~/.ssh/known_hosts) or "
     "in " GIT "host-key with " GIT "host-key-algorithm"},
    {"no matching host key type", CR_EINVAL,
     "the host has no key of the type in " GIT "host-key-algorithm"},
    {"error in libcrypto", CR_EINVAL, GIT "private-key or its " GIT "passphrase is not right"},
    {"incorrect passphrase", CR_EINVAL, GIT "passphrase does not open " GIT "private-key"},
    {"Permission denied", CR_EINVAL,
     "the host refuses the login: set " GIT "private-key (and " GIT "passphrase), or " GIT
     "username and " GIT "password"},
    {"No user exists for uid", CR_EIO, NULL},
    {"does not appear to be a git repository", CR_EINVAL,
     "there is no such repository, or not for us"},
};

static int explain(struct cr_slice complaint, struct cr_err *err)
{
    struct cr_slice line = last_line(complaint);
    for (size_t i = 0; i < CR_COUNT(complaints); i++)
        if (cr_slice_search(complaint, cr_slice_of(complaints[i].words)) >= 0)
            return complaints[i].text
                       ? cr_err_set(err, complaints[i].code, "%s", complaints[i].text)
                       : cr_err_set(err, complaints[i].code, "%.*s", CR_SLICE_ARG(line));
    if (line.len == 0)
        line = CR_SLICE("the connection broke");
    return cr_err_set(err, CR_EUNAVAILABLE, "%.*s", CR_SLICE_ARG(line));
}

static int reap(struct ssh_process *process)
{
    int status = 0;
    while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    process->pid = 0;
    return status;
}

int ssh_process_failure(struct ssh_process *process, struct cr_err *err)
{
    cr_closep(&process->in_fd);
    (void)fcntl(process->err_fd, F_SETFL, 0); /* until its end */
    take_complaint(process);
    int status = process->pid > 0 ? reap(process) : 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND && process->complaint.len == 0)
        return cr_err_set(err, CR_EIO,
                          "there is no ssh on this machine: apt-get install openssh-client");
    return explain(cr_buf_view(&process->complaint), err);
}

void ssh_process_end(struct ssh_process *process)
{
    int *const fds[] = {&process->in_fd,  &process->out_fd,   &process->err_fd,
                        &process->key_fd, &process->hosts_fd, &process->secrets_fd};
    for (size_t i = 0; i < CR_COUNT(fds); i++)
        cr_closep(fds[i]);
    if (process->pid > 0) {
        (void)kill(process->pid, SIGKILL);
        (void)reap(process);
    }
    cr_buf_free(&process->complaint);
}

/* Killed at every point between two writes: nothing is lost and nothing has two effects.
 *
 * The broker lives in this process. An owner with relay and consumer runs in a child, which is this
 * program again; it kills itself at a named point and tells every order that it had accepted.
 */
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cr_clock.h"
#include "cr_int.h"
#include "events_fixture.h"

extern char **environ;

enum { CHILD_EVENTS_MAX = 100000, AGGREGATES = 17 };

/* --- the child --- */

struct crash {
    const char *point;
    atomic_int left; /* passes that survive */
};

static void crash_step(void *ctx, const char *name)
{
    struct crash *crash = ctx;
    if (strcmp(name, crash->point) == 0 && atomic_fetch_sub(&crash->left, 1) <= 0)
        raise(SIGKILL);
}

/* child FOLDER BOOTSTRAP POINT PASSES: appends, and prints a dot for each event that was accepted.
 */
static int child_main(char **argv)
{
    int64_t passes = 0;
    struct crash crash = {.point = argv[4]};
    if (cr_int_parse(cr_slice_of(argv[5]), 0, 1000000, &passes) < 0)
        return 2;
    atomic_store(&crash.left, (int)passes);
    struct bus *bus = bus_open_existing(argv[2], argv[3]);
    bus->relay_options.step = crash_step;
    bus->relay_options.step_ctx = &crash;
    bus->consumer_options.step = crash_step;
    bus->consumer_options.step_ctx = &crash;
    bus->appended = bus_number(bus->owner, "SELECT count(*) FROM events");
    bus_start_relay(bus);
    bus_start_consumer(bus);
    for (int i = 0; i < CHILD_EVENTS_MAX; i++) {
        bus_append(bus, AGGREGATES, 1);
        if (write(STDOUT_FILENO, ".", 1) != 1)
            return 1;
    }
    return 0;
}

/* --- the test --- */

static int64_t count_told(int fd)
{
    char buffer[256];
    int64_t told = 0;
    ssize_t got;
    while ((got = read(fd, buffer, sizeof buffer)) > 0)
        told += got;
    return told;
}

/* Runs a child until it dies; the number of events that it told. */
static int64_t run_child(struct bus *bus, const char *point, int passes)
{
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    char count[16];
    snprintf(count, sizeof count, "%d", passes);
    char self[] = "/proc/self/exe";
    char mode[] = "child";
    char where[64];
    snprintf(where, sizeof where, "%s", point);
    char *argv[] = {self, mode, bus->folder, bus->bootstrap, where, count, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, pipes[0]);
    pid_t child;
    assert_int_equal(posix_spawn(&child, self, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(pipes[1]);
    int64_t told = count_told(pipes[0]);
    close(pipes[0]);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
        fail_msg("the child did not come to '%s': status %d", point, status);
    return told;
}

static const char *const points[] = {
    "relay.read",  "relay.produced",   "relay.acked",
    "relay.saved", "consumer.applied", "consumer.committed",
};

static void kill_at_every_point(struct bus *bus, bool new_broker_each_time)
{
    int64_t told = 0;
    bus_close_stores(bus);
    for (size_t i = 0; i < CR_COUNT(points); i++)
        for (int passes = 0; passes < 10; passes += 4) {
            told += run_child(bus, points[i], passes);
            if (!new_broker_each_time)
                continue;
            bus_stop_broker(bus);
            bus_start_broker(bus);
        }
    bus_open_stores(bus);
    bus->appended = bus_number(bus->owner, "SELECT count(*) FROM events");
    assert_true(bus->appended >= told);
    assert_true(told > 0);
    bus_start_relay(bus);
    bus_start_consumer(bus);
    bus_wait_complete(bus);
    assert_int_equal(bus_number(bus->projection, "SELECT count(*) FROM dead_letter"), 0);
    print_message("%lld events accepted, %lld stored, all applied once\n", (long long)told,
                  (long long)bus->appended);
}

static void test_killed_at_every_point(void **state)
{
    kill_at_every_point(*state, false);
}

static void test_killed_at_every_point_and_the_broker_with_it(void **state)
{
    kill_at_every_point(*state, true);
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "child") == 0)
        return child_main(argv);
    const struct CMUnitTest tests[] = {
        WITH_BUS(test_killed_at_every_point),
        WITH_BUS(test_killed_at_every_point_and_the_broker_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

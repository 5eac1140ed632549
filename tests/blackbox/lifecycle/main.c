/* The example daemon of the lifecycle tests. */
#include "example.h"

int main(int argc, char **argv)
{
    return cr_daemon_main(&example_daemon, argc, argv);
}

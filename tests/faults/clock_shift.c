/* Preloaded into a process: its wall clock is off by the seconds in the file TEST_CLOCK_SHIFT.

   The file holds one 64-bit number and is mapped, so that writing it is a step of a running clock.
   Monotonic clocks go on as they are, as they would where somebody sets the time. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <dlfcn.h>

static const volatile int64_t *mapped;

__attribute__((constructor)) static void map_shift(void) {
    const char *name = getenv("TEST_CLOCK_SHIFT");
    int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *place = mmap(NULL, sizeof *mapped, PROT_READ, MAP_SHARED, file, 0);
    if (place != MAP_FAILED) mapped = place;
    close(file);
}

static int64_t shift(void) { return mapped ? *mapped : 0; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    long status = syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += shift();
    return (int)status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec exact;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *where) {
    struct timespec exact;
    clock_gettime(CLOCK_REALTIME, &exact);
    if (where) *where = exact.tv_sec;
    return exact.tv_sec;
}

/* Its deadline was reckoned with the shifted clock; the kernel has the true one. */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict deadline) {
    static int (*original)(sem_t *, const struct timespec *);
    if (!original) original = (int (*)(sem_t *, const struct timespec *))dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec real = *deadline;
    real.tv_sec -= shift();
    return original(semaphore, &real);
}

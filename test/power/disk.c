// A disk that keeps a record of what a program did to it, and that fails when it is asked to. Loaded with
// LD_PRELOAD into the service; test/power/disk.ts compiles it.
//
//   DISK_ROOT    only what is in this folder is looked at
//   DISK_RECORD  the record: one entry for each change, in the order in which they happened
//   DISK_FAULTS  a file of six numbers of 32 bits (see struct faults), read anew at each call
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define MOST_DESCRIPTORS 65536
#define ANSWER_MAX 65536

struct faults {
  int32_t on_write;  // errno of each call that needs space or writes; 0: none fails
  int32_t on_read;   // errno of each read
  int32_t on_sync;   // errno of each flush
  int32_t skip;      // calls that pass before the first one fails
  int32_t seen;      // calls so far
  int32_t failed;    // calls that failed
};

static char root[PATH_MAX];
static size_t root_length;
static int record_fd = -1;
static volatile struct faults *faults;
static volatile char is_ours[MOST_DESCRIPTORS];

#define REAL(type, name, ...) \
  static type (*real_##name)(__VA_ARGS__); \
  if (real_##name == NULL) *(void **) &real_##name = dlsym(RTLD_NEXT, #name)

static long (*real_syscall)(long, ...);

__attribute__((constructor)) static void start (void) {
  *(void **) &real_syscall = dlsym(RTLD_NEXT, "syscall");
  const char *folder = getenv("DISK_ROOT");
  if (folder == NULL) return;
  root_length = strlen(folder);
  memcpy(root, folder, root_length + 1);
  const char *record = getenv("DISK_RECORD");
  if (record != NULL) {
    int fd = real_syscall(SYS_openat, AT_FDCWD, record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    // Out of the way of the program's own numbers.
    record_fd = fcntl(fd, F_DUPFD_CLOEXEC, 900);
    real_syscall(SYS_close, fd);
  }
  const char *control = getenv("DISK_FAULTS");
  if (control != NULL) {
    int fd = real_syscall(SYS_openat, AT_FDCWD, control, O_RDWR | O_CLOEXEC);
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    real_syscall(SYS_close, fd);
    if (map != MAP_FAILED) faults = map;
  }
}

/* An entry: eight numbers of 32 bits (length of what follows, kind, thread, descriptor, flags, length of the
   path, offset low, offset high), the path, the data. */
static void enter (char kind, int fd, int32_t flags, const char *path, uint64_t offset,
  const struct iovec *data, int count, size_t most) {
  if (record_fd == -1) return;
  int saved = errno;
  struct iovec parts[1026];
  uint32_t head[8];
  size_t path_length = path == NULL ? 0 : strlen(path);
  size_t bytes = 0;
  int n = 2;
  for (int i = 0; i < count && i < 1024 && bytes < most; i++) {
    size_t length = data[i].iov_len < most - bytes ? data[i].iov_len : most - bytes;
    parts[n].iov_base = data[i].iov_base;
    parts[n++].iov_len = length;
    bytes += length;
  }
  head[0] = path_length + bytes;
  head[1] = kind;
  head[2] = real_syscall(SYS_gettid);
  head[3] = fd;
  head[4] = flags;
  head[5] = path_length;
  head[6] = offset & 0xffffffff;
  head[7] = offset >> 32;
  parts[0].iov_base = head;
  parts[0].iov_len = sizeof head;
  parts[1].iov_base = (void *) path;
  parts[1].iov_len = path_length;
  // One call, so that entries of several threads do not mix.
  if (real_syscall(SYS_writev, record_fd, parts, n) < 0) abort();
  errno = saved;
}

static void note (char kind, int fd, int32_t flags, const char *path, uint64_t offset) {
  enter(kind, fd, flags, path, offset, NULL, 0, 0);
}

static int within (const char *path) {
  return root_length > 0 && strncmp(path, root, root_length) == 0 &&
    (path[root_length] == '/' || path[root_length] == 0);
}

static int tracked (int fd) {
  return fd >= 0 && fd < MOST_DESCRIPTORS && is_ours[fd];
}

/* The full path, also of a name in an open folder. */
static const char *full (int folder, const char *path, char *space) {
  if (path[0] == '/' || root_length == 0) return path;
  ssize_t length;
  if (folder == AT_FDCWD) {
    if (getcwd(space, PATH_MAX) == NULL) return path;
    length = strlen(space);
  } else {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    length = readlink(link, space, PATH_MAX - 1);
    if (length < 0) return path;
  }
  snprintf(space + length, PATH_MAX - length, "/%s", path);
  return space;
}

/* Whether this call fails now. */
static int fails (int32_t error) {
  if (error == 0) return 0;
  if (__atomic_fetch_add(&faults->seen, 1, __ATOMIC_SEQ_CST) < faults->skip) return 0;
  __atomic_fetch_add(&faults->failed, 1, __ATOMIC_SEQ_CST);
  errno = error;
  return 1;
}
#define WRITE_FAILS (faults != NULL && fails(faults->on_write))
#define READ_FAILS (faults != NULL && fails(faults->on_read))
#define SYNC_FAILS (faults != NULL && fails(faults->on_sync))

static int opened (int fd, const char *path, int flags) {
  if (fd < 0 || fd >= MOST_DESCRIPTORS) return fd;
  is_ours[fd] = within(path);
  if (is_ours[fd]) note('O', fd, flags, path, 0);
  return fd;
}

#define OPEN(name) \
int name (const char *given, int flags, ...) { \
  REAL(int, name, const char *, int, ...); \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); \
  } \
  char space[PATH_MAX]; \
  const char *path = full(AT_FDCWD, given, space); \
  if ((flags & O_CREAT) && within(path) && access(path, F_OK) != 0 && WRITE_FAILS) return -1; \
  return opened(real_##name(given, flags, mode), path, flags); \
}
OPEN(open)
OPEN(open64)

#define OPENAT(name) \
int name (int folder, const char *given, int flags, ...) { \
  REAL(int, name, int, const char *, int, ...); \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); \
  } \
  char space[PATH_MAX]; \
  const char *path = full(folder, given, space); \
  return opened(real_##name(folder, given, flags, mode), path, flags); \
}
OPENAT(openat)
OPENAT(openat64)

static void closes (int fd) {
  if (!tracked(fd)) return;
  is_ours[fd] = 0;
  note('C', fd, 0, NULL, 0);
}

int close (int fd) {
  REAL(int, close, int);
  closes(fd);
  return real_close(fd);
}

int closedir (DIR *folder) {
  REAL(int, closedir, DIR *);
  closes(dirfd(folder));
  return real_closedir(folder);
}

/* libuv closes files so. */
long syscall (long number, ...) {
  long a[6];
  va_list list;
  va_start(list, number);
  for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
  va_end(list);
  if (real_syscall == NULL) *(void **) &real_syscall = dlsym(RTLD_NEXT, "syscall");
  if (number == SYS_close) closes(a[0]);
  return real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static void wrote (int fd, const struct iovec *parts, int count, ssize_t bytes, off_t offset) {
  // Not a file: a close was missed.
  if (offset < 0) abort();
  if (bytes > 0) enter('W', fd, 0, NULL, offset, parts, count, bytes);
}

/* What a client is told, or who started the command: noted before it leaves. */
static void answers (int fd, const struct iovec *parts, int count) {
  if (record_fd == -1 || count == 0) return;
  if (fd == STDOUT_FILENO || fd == STDERR_FILENO ||
    (parts[0].iov_len > 7 && memcmp(parts[0].iov_base, "HTTP/1.", 7) == 0)) {
    enter('S', fd, 0, NULL, 0, parts, count, ANSWER_MAX);
  }
}

ssize_t write (int fd, const void *data, size_t length) {
  REAL(ssize_t, write, int, const void *, size_t);
  struct iovec part = { (void *) data, length };
  if (!tracked(fd)) {
    answers(fd, &part, 1);
    return real_write(fd, data, length);
  }
  if (WRITE_FAILS) return -1;
  ssize_t bytes = real_write(fd, data, length);
  wrote(fd, &part, 1, bytes, lseek(fd, 0, SEEK_CUR) - bytes);
  return bytes;
}

ssize_t writev (int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, writev, int, const struct iovec *, int);
  if (!tracked(fd)) {
    answers(fd, parts, count);
    return real_writev(fd, parts, count);
  }
  if (WRITE_FAILS) return -1;
  ssize_t bytes = real_writev(fd, parts, count);
  wrote(fd, parts, count, bytes, lseek(fd, 0, SEEK_CUR) - bytes);
  return bytes;
}

#define PWRITE(name) \
ssize_t name (int fd, const void *data, size_t length, off_t offset) { \
  REAL(ssize_t, name, int, const void *, size_t, off_t); \
  if (!tracked(fd)) return real_##name(fd, data, length, offset); \
  if (WRITE_FAILS) return -1; \
  struct iovec part = { (void *) data, length }; \
  ssize_t bytes = real_##name(fd, data, length, offset); \
  wrote(fd, &part, 1, bytes, offset); \
  return bytes; \
}
PWRITE(pwrite)
PWRITE(pwrite64)

#define PWRITEV(name) \
ssize_t name (int fd, const struct iovec *parts, int count, off_t offset) { \
  REAL(ssize_t, name, int, const struct iovec *, int, off_t); \
  if (!tracked(fd)) return real_##name(fd, parts, count, offset); \
  if (WRITE_FAILS) return -1; \
  ssize_t bytes = real_##name(fd, parts, count, offset); \
  wrote(fd, parts, count, bytes, offset); \
  return bytes; \
}
PWRITEV(pwritev)
PWRITEV(pwritev64)

#define FTRUNCATE(name) \
int name (int fd, off_t length) { \
  REAL(int, name, int, off_t); \
  if (!tracked(fd)) return real_##name(fd, length); \
  if (WRITE_FAILS) return -1; \
  int result = real_##name(fd, length); \
  if (result == 0) note('T', fd, 0, NULL, length); \
  return result; \
}
FTRUNCATE(ftruncate)
FTRUNCATE(ftruncate64)

#define SYNC(name) \
int name (int fd) { \
  REAL(int, name, int); \
  if (!tracked(fd)) return real_##name(fd); \
  if (SYNC_FAILS) return -1; \
  note('f', fd, 0, NULL, 0); \
  int result = real_##name(fd); \
  if (result == 0) note('F', fd, 0, NULL, 0); \
  return result; \
}
SYNC(fsync)
SYNC(fdatasync)

/* Both paths of an entry are in one text, separated by a line break. */
static void pair (char kind, const char *from, const char *to) {
  char both[2 * PATH_MAX + 1];
  snprintf(both, sizeof both, "%s\n%s", from, to);
  note(kind, 0, 0, both, 0);
}

int rename (const char *from, const char *to) {
  REAL(int, rename, const char *, const char *);
  if (!within(from) && !within(to)) return real_rename(from, to);
  if (WRITE_FAILS) return -1;
  int result = real_rename(from, to);
  if (result == 0) pair('N', from, to);
  return result;
}

int link (const char *from, const char *to) {
  REAL(int, link, const char *, const char *);
  if (!within(to)) return real_link(from, to);
  if (WRITE_FAILS) return -1;
  int result = real_link(from, to);
  if (result == 0) pair('L', from, to);
  return result;
}

int mkdir (const char *path, mode_t mode) {
  REAL(int, mkdir, const char *, mode_t);
  if (!within(path)) return real_mkdir(path, mode);
  if (access(path, F_OK) != 0 && WRITE_FAILS) return -1;
  int result = real_mkdir(path, mode);
  if (result == 0) note('M', 0, 0, path, 0);
  return result;
}

#define GONE(name) \
int name (const char *path) { \
  REAL(int, name, const char *); \
  int result = real_##name(path); \
  if (result == 0 && within(path)) note('U', 0, 0, path, 0); \
  return result; \
}
GONE(unlink)
GONE(rmdir)
GONE(remove)

int unlinkat (int folder, const char *given, int flags) {
  REAL(int, unlinkat, int, const char *, int);
  char space[PATH_MAX];
  const char *path = full(folder, given, space);
  int result = real_unlinkat(folder, given, flags);
  if (result == 0 && within(path)) note('U', 0, 0, path, 0);
  return result;
}

ssize_t read (int fd, void *data, size_t length) {
  REAL(ssize_t, read, int, void *, size_t);
  if (tracked(fd) && READ_FAILS) return -1;
  return real_read(fd, data, length);
}

#define PREAD(name) \
ssize_t name (int fd, void *data, size_t length, off_t offset) { \
  REAL(ssize_t, name, int, void *, size_t, off_t); \
  if (tracked(fd) && READ_FAILS) return -1; \
  return real_##name(fd, data, length, offset); \
}
PREAD(pread)
PREAD(pread64)

ssize_t readv (int fd, const struct iovec *parts, int count) {
  REAL(ssize_t, readv, int, const struct iovec *, int);
  if (tracked(fd) && READ_FAILS) return -1;
  return real_readv(fd, parts, count);
}

#define PREADV(name) \
ssize_t name (int fd, const struct iovec *parts, int count, off_t offset) { \
  REAL(ssize_t, name, int, const struct iovec *, int, off_t); \
  if (tracked(fd) && READ_FAILS) return -1; \
  return real_##name(fd, parts, count, offset); \
}
PREADV(preadv)
PREADV(preadv64)

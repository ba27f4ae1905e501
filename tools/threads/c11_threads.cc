// C11's threads over POSIX threads, for builds with ThreadSanitizer only: it sees the latter and
// crashes on the former, which librdkafka is built on (its issue 4929). The program's symbols come
// before the C library's.
#include <pthread.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <memory>

namespace {

// Numbers of glibc's <threads.h>, which C++ cannot include.
constexpr int success = 0;
constexpr int busy = 1;
constexpr int failure = 2;
constexpr int timed_out = 4;
constexpr int recursive = 1;

int outcome(int error) {
  switch (error) {
    case 0:
      return success;
    case EBUSY:
      return busy;
    case ETIMEDOUT:
      return timed_out;
    default:
      return failure;
  }
}

struct Start {
  int (*function)(void*);
  void* argument;
};

void* run(void* start) {
  const std::unique_ptr<Start> kept(static_cast<Start*>(start));
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(kept->function(kept->argument)));
}

}  // namespace

extern "C" {

int thrd_create(pthread_t* thread, int (*function)(void*), void* argument) {
  auto* start = new Start{function, argument};
  const int error = pthread_create(thread, nullptr, run, start);
  if (error != 0) delete start;  // else the thread does
  return outcome(error);
}

int thrd_join(pthread_t thread, int* result) {
  void* returned = nullptr;
  const int error = pthread_join(thread, &returned);
  if (result != nullptr) *result = static_cast<int>(reinterpret_cast<std::intptr_t>(returned));
  return outcome(error);
}

int thrd_detach(pthread_t thread) { return outcome(pthread_detach(thread)); }
pthread_t thrd_current() { return pthread_self(); }
int thrd_equal(pthread_t a, pthread_t b) { return pthread_equal(a, b); }

int mtx_init(pthread_mutex_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & recursive) != 0) pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  const int error = pthread_mutex_init(mutex, &attributes);
  pthread_mutexattr_destroy(&attributes);
  return outcome(error);
}

int mtx_lock(pthread_mutex_t* mutex) { return outcome(pthread_mutex_lock(mutex)); }
int mtx_trylock(pthread_mutex_t* mutex) { return outcome(pthread_mutex_trylock(mutex)); }
int mtx_unlock(pthread_mutex_t* mutex) { return outcome(pthread_mutex_unlock(mutex)); }
void mtx_destroy(pthread_mutex_t* mutex) { pthread_mutex_destroy(mutex); }

int cnd_init(pthread_cond_t* condition) { return outcome(pthread_cond_init(condition, nullptr)); }
int cnd_signal(pthread_cond_t* condition) { return outcome(pthread_cond_signal(condition)); }
int cnd_broadcast(pthread_cond_t* condition) { return outcome(pthread_cond_broadcast(condition)); }

int cnd_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return outcome(pthread_cond_wait(condition, mutex));
}

int cnd_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const timespec* until) {
  return outcome(pthread_cond_timedwait(condition, mutex, until));
}

void cnd_destroy(pthread_cond_t* condition) { pthread_cond_destroy(condition); }

}  // extern "C"

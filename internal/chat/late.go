package chat

import (
	"sync"
	"time"
)

// Late has tell be called after d, beside a command that takes longer, to say that its answer
// comes later. inTime, once the answer is there, reports whether tell was not called and never
// will be; otherwise it returns when tell has. Whoever lends tell a response defers inTime too:
// where the command panics, the response is the server's again as soon as the handler is left.
func Late(d time.Duration, tell func()) (inTime func() bool) {
	told := make(chan struct{})
	timer := time.AfterFunc(d, func() { // at once if it is past
		defer close(told)
		tell()
	})
	return sync.OnceValue(func() bool {
		stopped := timer.Stop()
		if !stopped {
			<-told
		}
		return stopped
	})
}

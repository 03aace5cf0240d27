package discord

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/umassonline/belltower/internal/chat"
)

// changeTries is how often a late answer is sent. To change a message again changes
// nothing, so it may be.
const changeTries = 4

// change makes the first response's message say m. It needs no more than the
// interaction's token, which lives 15 minutes; later the answer goes nowhere.
func (a *asked) change(ctx context.Context, m message) error {
	return a.repeat(ctx, func(ctx context.Context) error {
		return a.withToken(ctx, http.MethodPatch, m, "messages", "@original")
	}, mayHelp)
}

// followUp says m in a message of its own. Only what surely was not sent is sent again.
func (a *asked) followUp(ctx context.Context, m message) error {
	return a.repeat(ctx, func(ctx context.Context) error {
		return a.withToken(ctx, http.MethodPost, m)
	}, func(err error) bool {
		var e *chat.SendError
		return errors.As(err, &e) && e.Outcome == chat.NotSent && mayHelp(err)
	})
}

func (a *asked) withToken(ctx context.Context, method string, m message, below ...string) error {
	body, err := encode(m)
	if err != nil {
		return err
	}
	at := append([]string{"webhooks", string(a.in.App), a.in.Token}, below...)
	return a.tokenCall(ctx, ask{method, a.address(at...), body})
}

// repeat tries until it is done, or again does not help, or the token is dead. Each try
// has the time of a call, though the command may have used up its own.
func (a *asked) repeat(ctx context.Context, try func(context.Context) error, again func(error) bool) error {
	ctx = context.WithoutCancel(ctx)
	pause := time.Second
	for n := 1; ; n++ {
		if a.opt.Now().Sub(a.at) >= tokenLife {
			return errors.New("the answer came after the 15 minutes in which Discord takes it")
		}
		err := try(ctx)
		var e *chat.SendError
		if err == nil || n == changeTries || !errors.As(err, &e) || !e.Limited && !again(err) {
			return err
		}
		wait(ctx, max(pause, e.After))
		pause *= 2
	}
}

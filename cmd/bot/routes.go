package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/umassonline/belltower/internal/chat/slack"
	"github.com/umassonline/belltower/internal/chat/web"
	"github.com/umassonline/belltower/internal/desk"
	"github.com/umassonline/belltower/internal/journal"
)

// public has every URL of the public listener.
func (b *bot) public() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", b.pages.Home())
	mux.Handle("/incidents/{id}", b.pages.Incident())
	mux.Handle("/windows/{id}", b.pages.Window())
	mux.Handle("/windows.ics", b.pages.Calendar())
	mux.Handle("/services/{id}/windows.ics", b.pages.Calendar())
	mux.Handle("/", b.pages.Missing())
	for _, w := range b.workspaces {
		mux.Handle("/slack/"+string(w.Name())+"/{endpoint}", b.slack(w))
	}
	for _, c := range b.demo {
		mux.Handle("/web/"+string(c.Name())+"/{endpoint}", c.Handler(web.Callbacks{Handle: b.do, Complete: b.complete}))
	}
	return mux
}

func (b *bot) slack(w *slack.Workspace) http.Handler { return w.Handler(b.callbacks(w.Name())) }

func (b *bot) callbacks(connection desk.ConnectionName) slack.Callbacks {
	return slack.Callbacks{
		Handle: b.do, MayFollow: b.commands.MayFollow,
		Returned: func(_ context.Context, ch desk.Channel) error {
			b.engine.Return(ch)
			return nil
		},
		Moved: func(ctx context.Context, from, to desk.Channel) error {
			return b.journal.Move(ctx, journal.By{At: b.out.now(), Name: "Belltower"}, from, to)
		},
		Deaf: func(ctx context.Context, why error) { b.sayDeaf(ctx, connection, why) },
	}
}

// sayDeaf tells the ops channel of a connection that it is not heard, or is again:
// when our own network fails, no connection is, and each hears of itself alone. The
// log has it already.
func (b *bot) sayDeaf(ctx context.Context, connection desk.ConnectionName, why error) {
	text := b.words.HeardAgain(connection)
	if why != nil {
		text = b.words.Deaf(connection, why.Error())
	}
	if err := b.journal.Notify(ctx, desk.Notice{At: b.out.now(), Text: text, Only: []desk.ConnectionName{connection}}); err != nil {
		b.out.log.Warn("cannot tell ops", "connection", connection, "error", err)
	}
}

// admin has every URL of the admin listener.
func (b *bot) admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", b.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(b.metrics.registry, promhttp.HandlerOpts{}))
	return mux
}

// readyWithin is how long the store may take for the write that proves it.
const readyWithin = 2 * time.Second

// ready answers 200 when the store takes what a command writes, 503 with the reason
// when not. A connection that is not heard is named; a restart would not help.
func (b *bot) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyWithin)
	defer cancel()
	if err := b.journal.Ready(ctx, b.out.now()); err != nil {
		say(w, http.StatusServiceUnavailable, "the store takes no writes: "+err.Error())
		return
	}
	text := "ready"
	for _, one := range b.sockets {
		if one.Open() == 0 {
			text += fmt.Sprintf("\nconnection %s: no socket to Slack is open, so nothing is heard; the log says why", one.Name())
		}
	}
	say(w, http.StatusOK, text)
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // who asked and left does not need it
}

// closeWithin is how long a listener that stops waits for requests that run.
const closeWithin = 4 * time.Second

// httpPart serves a listener. A command may be answered late, so writing has more
// time than reading.
func httpPart(name string, l net.Listener, h http.Handler) part {
	return part{name, func(ctx context.Context) error {
		srv := &http.Server{
			Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
			WriteTimeout: 40 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		}
		served := make(chan error, 1)
		go func() { served <- srv.Serve(l) }()
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		within, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
		defer cancel()
		err := srv.Shutdown(within)
		if errors.Is(err, context.DeadlineExceeded) {
			err = srv.Close()
		}
		<-served
		return err
	}}
}

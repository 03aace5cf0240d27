package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/umassonline/belltower/storage"
)

// past is an incident of the month before: so many days ago, at a time of the day, and
// what was typed, each so many minutes after the one before.
type past struct {
	days  int
	clock string
	typed []pastLine
}

type pastLine struct {
	after int // minutes
	line  string
}

// demoPast is a month as an IT organisation has it, oldest first.
func demoPast() []past {
	return []past{
		{29, "08:12", []pastLine{
			{0, "incident declare wifi slow Wi-Fi is slow in the north halls of Ashford | Pages take up to a minute to open. We are looking into it."},
			{34, "incident update identified: A part in the north halls sends everything the long way round. It is being replaced."},
			{51, "incident resolve The part was replaced. Wi-Fi is as fast as before."}}},
		{24, "13:40", []pastLine{
			{0, "incident declare portal partly Bills cannot be paid in the Student Portal | Everything else in the portal works. Nobody is charged a late fee for today."},
			{65, "incident update identified: The bank's side refuses our requests. We talk to them."},
			{140, "incident update monitoring: The bank mended it. Payments go through; we watch the next hour."},
			{60, "incident resolve Payments work. Bills that were due today are due tomorrow."}}},
		{19, "03:52", []pastLine{
			{0, "incident declare learn down"},
			{9, "incident update identified: The database of Learn stopped when its disk was full. We make room."},
			{31, "incident note The clean-up job was switched off for the migration and never on again."},
			{18, "incident update monitoring: Learn is back. We watch it for half an hour."},
			{33, "incident resolve Learn works normally. Work that was saved before 3:50 is there; what was typed between 3:50 and 4:50 may be lost."}}},
		{15, "10:05", []pastLine{
			{0, "incident declare mail slow E-mail from outside arrives late | Messages from other universities take up to an hour. Nothing is lost."},
			{95, "incident resolve The backlog is through. Everything that waited has arrived."}}},
		{12, "19:20", []pastLine{
			{0, "incident declare portal down"},
			{6, "incident retract It was one browser's cache, not the portal."}}},
		{9, "11:30", []pastLine{
			{0, "incident declare library slow Library Search is slow | Searches take about 20 seconds."},
			{48, "incident resolve A robot from outside searched for everything at once. It is kept out now."}}},
		{6, "20:45", []pastLine{
			{0, "incident declare learn partly Uploads fail in Learn | Assignments of more than 10 MB cannot be handed in. Reading and quizzes work."},
			{20, "incident update identified: The store of files has no room for large ones. We add some."},
			{25, "incident impact slow"},
			{30, "incident resolve Uploads of any size work. Teachers were asked to accept late work of this evening."}}},
		{3, "07:55", []pastLine{
			{0, "incident declare wifi,portal partly Sign-in fails for some people | About one in five cannot sign in. Trying again often helps."},
			{22, "incident update identified: One of three sign-in servers answers nobody. We took it out."},
			{15, "incident resolve Everybody can sign in again."}}},
		{1, "16:10", []pastLine{
			{0, "incident declare mail slow Searching in e-mail is slow | Sending and reading work as always."},
			{70, "incident resolve Searching is as fast as before."}}},
	}
}

// seedHistory has a bot without connections live through the past month, on a clock of
// its own: everything is carried out as if it had been typed, and told to nobody.
func seedHistory(ctx context.Context, s demoSettings, now func() time.Time) (err error) {
	cfg, err := s.config()
	if err != nil {
		return err
	}
	cfg.Probes = nil // nothing was checked then: what people said to be over was
	log := slog.New(slog.DiscardHandler)
	db, err := openStore(cfg.Storage.Path, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	clock := &pastClock{}
	b, err := build(cfg, db, outside{log: log, now: clock.now})
	if err != nil {
		return err
	}
	today := now().In(b.words.Zone)
	for _, one := range demoPast() {
		begun, err := time.ParseInLocation("2006-01-02 15:04", today.AddDate(0, 0, -one.days).Format("2006-01-02 ")+one.clock, b.words.Zone)
		if err != nil {
			return err
		}
		clock.set(begun)
		if err := b.relive(ctx, one, clock); err != nil {
			return err
		}
	}
	return b.settle(ctx, db)
}

// relive carries out what was typed about one incident.
func (b *bot) relive(ctx context.Context, one past, clock *pastClock) error {
	for n, typed := range one.typed {
		clock.set(clock.now().Add(time.Duration(typed.after) * time.Minute))
		req := localRequest(localCommand{Line: typed.line, User: demoAdmin}, clock.now().UTC())
		req.ID += "/" + strconv.Itoa(n)
		if reply := b.do(ctx, req); reply.Failed {
			return fmt.Errorf("%q was refused: %s", typed.line, reply.Message.PlainText(b.words.Zone))
		}
	}
	return nil
}

// settleWithin is how long it may take until nothing waits to be told to nobody.
const settleWithin = 20 * time.Second

// settle runs the outbox until all of it is told, so that what subscribes later does
// not hear of it.
func (b *bot) settle(ctx context.Context, db storage.DB) error {
	ctx, stop := context.WithTimeout(ctx, settleWithin)
	engine := start(part{"outbox", b.engine.Run}, func(error) {})
	defer func() {
		stop()
		engine.stop()
		<-engine.done
	}()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		pending, err := b.book.Pending(ctx, db)
		if err != nil || len(pending.Subjects) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d incidents still wait to be told", len(pending.Subjects))
		case <-tick.C:
		}
	}
}

// pastClock tells the time that it was set to.
type pastClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *pastClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *pastClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

package discordtest

import (
	"strconv"
	"time"
)

// ID is a snowflake: digits (reference, "Snowflakes").
type ID string

// epoch is where ids count from, in ms of Unix time.
const epoch = 1420070400000

func (id ID) number() uint64 {
	n, err := strconv.ParseUint(string(id), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// At is when what has the id was made.
func (id ID) At() time.Time { return time.UnixMilli(int64(id.number()>>22) + epoch).UTC() }

// next makes an id, later than any before. The caller holds s.mu.
func (s *Server) next() ID {
	n := uint64(s.now().UnixMilli()-epoch) << 22
	s.last = max(n, s.last+1)
	return ID(strconv.FormatUint(s.last, 10))
}

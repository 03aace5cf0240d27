package gatewaytest

import "time"

// session is what a client may resume: all that was told, by its sequence from 1.
// With the server's mu held.
type session struct {
	id    string
	told  [][]byte
	conn  *conn     // nil: nobody is connected
	since time.Time // since when
	dead  bool
}

// tell adds an event, and sends it to who is connected.
func (n *session) tell(kind string, data any) {
	seq := len(n.told) + 1
	text := encode(payload{Op: dispatch, Type: kind, Seq: &seq, Data: encode(data)})
	n.told = append(n.told, text)
	if n.conn != nil {
		n.conn.put(outgoing{text: text})
	}
}

// alive reports whether it can be resumed.
func (n *session) alive() bool {
	return n != nil && !n.dead && (n.conn != nil || time.Since(n.since) < sessionKept)
}

func (g Guild) event() map[string]any {
	var channels []any
	for _, id := range g.Channels {
		channels = append(channels, map[string]any{"id": id, "type": 0, "name": "channel-" + id})
	}
	return map[string]any{"id": g.ID, "name": "guild " + g.ID, "channels": channels, "unavailable": false}
}

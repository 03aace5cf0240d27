package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
)

// createThread begins the thread of a message, which gets the message's id
// (resources/channel, "Start Thread from Message").
func (s *Server) createThread(c *call) reply {
	ch := s.find(c.id("channel"))
	if ch == nil {
		return unknownChannel()
	}
	may := s.may(ch)
	root := ch.at(c.id("message"))
	var in struct {
		Name    string `json:"name"`
		Archive int    `json:"auto_archive_duration"`
	}
	switch {
	case may&ViewChannel == 0:
		return missingAccess()
	case ch.Kind == DM || ch.Kind == Thread:
		return failed(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case may&CreateThreads == 0:
		return missingPermissions()
	case json.Unmarshal(c.body, &in) != nil:
		return failed(http.StatusBadRequest, 50109, "The request body contains invalid JSON.")
	case root == nil:
		return unknownMessage()
	case in.Name == "" || length(in.Name) > 100:
		return invalid50035(problem{"name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length."})
	case in.Archive != 0 && !slices.Contains([]int{60, 1440, 4320, 10080}, in.Archive):
		return invalid50035(problem{"auto_archive_duration", "BASE_TYPE_CHOICES", "Value must be one of {60, 1440, 4320, 10080}."})
	case s.find(root.ID) != nil:
		return failed(http.StatusBadRequest, 160004, "A thread has already been created for this message")
	case s.threadsIn(ch.Guild) >= s.guilds[ch.Guild].MaxThreads:
		return failed(http.StatusBadRequest, 160006, "Maximum number of active threads reached")
	}
	t := &room{Channel: Channel{ID: root.ID, Guild: ch.Guild, Name: in.Name, Kind: Thread, Parent: ch.ID}, edits: -1}
	s.channels[root.ID] = t
	return reply{http.StatusCreated, s.describe(t), root.ID}
}

func (s *Server) threadsIn(guild ID) (n int) {
	for _, c := range s.channels {
		if c.Kind == Thread && c.Guild == guild && !c.Archived && !c.Deleted {
			n++
		}
	}
	return n
}

// Threads lists the threads of a channel in the order of their roots.
func (s *Server) Threads(channel ID) (out []ID) {
	for _, id := range s.channelIDs() {
		s.mu.Lock()
		if c := s.channels[id]; c.Kind == Thread && c.Parent == channel {
			out = append(out, id)
		}
		s.mu.Unlock()
	}
	return out
}

// crosspost publishes a message of an announcement channel (resources/message,
// "Crosspost Message").
func (s *Server) crosspost(c *call) reply {
	ch, m, refused := s.own(c)
	switch {
	case refused != nil:
		return *refused
	case ch.Kind != Announcement:
		return failed(http.StatusBadRequest, 50024, "Cannot execute action on this channel type")
	case m.Published > 0:
		return failed(http.StatusBadRequest, 40033, "This message has already been crossposted.")
	}
	m.Published++
	return reply{http.StatusOK, s.render(m), m.ID}
}

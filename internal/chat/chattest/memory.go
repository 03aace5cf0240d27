package chattest

import (
	"bytes"
	"context"
	"sync"
)

// Memory is a chat.Memory that outlasts a restart of the adapter. The zero value is empty.
type Memory struct {
	mu   sync.Mutex
	Kept map[[2]string][]byte // by table and id; while no adapter runs
}

// Get is what was kept last.
func (m *Memory) Get(table, id string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return string(m.Kept[[2]string{table, id}])
}

// Keep never fails.
func (m *Memory) Keep(_ context.Context, table, id string, record []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Kept == nil {
		m.Kept = map[[2]string][]byte{}
	}
	m.Kept[[2]string{table, id}] = record
	return nil
}

// Recall fails only as fn does.
func (m *Memory) Recall(_ context.Context, table string, fn func(string, []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, record := range m.Kept {
		if k[0] == table {
			if err := fn(k[1], record); err != nil {
				return err
			}
		}
	}
	return nil
}

// Log is what an adapter logged; it may be read while it is written.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

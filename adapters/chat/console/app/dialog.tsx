// Forms and other windows above the page, as native modal dialogs.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { FormField } from '../../../../src/model/card.ts';
import { Icon } from '../../../../src/web/icons.tsx';
import { type FormProblem, pressAside, rewrite, submitForm } from './acts.ts';
import { CardView } from './card.tsx';
import { type OpenForm, setState, useStore } from './store.ts';
import { toLocalInput } from './time.ts';

const MAC = /mac|iphone|ipad/i.test(navigator.userAgent);
const COMMAND_KEY = MAC ? '⌘' : 'Ctrl';

function Modal(props: { title: string; close: () => void; wide?: boolean; children: ComponentChildren }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    box.current?.showModal();
    // The window itself, not its first button, until something in it takes the focus.
    box.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog
      ref={box}
      class={`modal ${props.wide ? 'is-wide' : ''}`}
      aria-label={props.title}
      tabIndex={-1}
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
      // Browsers may close a dialog without asking (a second Escape).
      onClose={props.close}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <header class="modal-head">
        <h2>{props.title}</h2>
        <button type="button" class="icon-button" aria-label="Close" onClick={props.close}>
          <Icon name="close" />
        </button>
      </header>
      {props.children}
    </dialog>
  );
}

/** Whatever dialog is open. */
export function Dialogs() {
  const form = useStore((s) => s.form);
  const aside = useStore((s) => s.aside);
  const help = useStore((s) => s.help);
  return (
    <>
      {form ? (
        <FormDialog key={`${form.form.id}${form.ref?.ticketId ?? form.form.origin}`} open={form} />
      ) : null}
      {aside ? (
        <Modal title="Only you see this" wide close={() => setState({ aside: null })}>
          <div class="modal-body aside-card">
            <CardView json={aside.json} onPress={(verb) => void pressAside(verb)} />
          </div>
        </Modal>
      ) : null}
      {help ? <Help /> : null}
    </>
  );
}

/** What was typed into a form that was closed unsent, by ticket, draft version and form. */
const unsent = new Map<string, Record<string, string>>();

function FormDialog({ open }: { open: OpenForm }) {
  const { form } = open;
  const about = form.ref ? `${form.ref.ticketId}/${form.ref.draftVersion}` : form.origin;
  const key = `${about}/${form.id}`;
  const [values, setValues] = useState<Record<string, string>>(
    () => unsent.get(key) ?? Object.fromEntries(form.fields.map((field) => [field.id, field.value ?? ''])),
  );
  const [problem, setProblem] = useState<FormProblem | null>(null);
  const [sending, setSending] = useState(false);
  const body = useRef<HTMLFormElement>(null);

  useEffect(() => {
    const first = body.current?.querySelector<HTMLElement>('.field .preset, textarea, select, input');
    first?.focus();
    if (first instanceof HTMLTextAreaElement) {
      first.setSelectionRange(0, 0);
      first.scrollTop = 0;
    }
  }, []);

  async function submit(): Promise<void> {
    if (sending) return;
    const missing = form.fields.find((field) => field.required && !values[field.id]?.trim());
    if (missing) {
      setProblem({ field: missing.id, message: 'This is needed.' });
      body.current?.querySelector<HTMLElement>(`[name="${missing.id}"]`)?.focus();
      return;
    }
    setSending(true);
    const wrong = await submitForm(values);
    setSending(false);
    if (wrong) setProblem(wrong);
    else unsent.delete(key);
  }

  const wide = form.id === 'edit';
  return (
    <Modal title={form.title} wide={wide} close={() => setState({ form: null })}>
      <form
        ref={body}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void submit();
        }}
      >
        <div class="modal-body">
          {form.rewrites ? (
            <div class="presets">
              <span class="hint">Rewrite it:</span>
              {form.rewrites.map((how) => (
                <button
                  type="button"
                  class="preset"
                  key={how}
                  title="Puts another draft on the card; what you typed is not kept"
                  onClick={() => void rewrite(how)}
                >
                  {how}
                </button>
              ))}
            </div>
          ) : null}
          {problem && problem.field === null ? (
            <p class="problem" role="alert">
              {problem.message}
            </p>
          ) : null}
          {form.fields.map((field) => (
            <Field
              key={field.id}
              field={field}
              tall={wide}
              value={values[field.id] ?? ''}
              problem={problem?.field === field.id ? problem.message : null}
              set={(value) => {
                const next = { ...values, [field.id]: value };
                setValues(next);
                unsent.set(key, next);
                setProblem(null);
              }}
            />
          ))}
        </div>
        <footer class="modal-foot">
          <button type="button" class="button" onClick={() => setState({ form: null })}>
            Cancel
          </button>
          <button type="submit" class="button is-primary" disabled={sending}>
            {sending ? 'One moment…' : form.submit}
            <span class="shortcut" aria-hidden="true">
              {COMMAND_KEY} ⏎
            </span>
          </button>
        </footer>
      </form>
    </Modal>
  );
}

function Field(props: {
  field: FormField;
  value: string;
  tall: boolean;
  problem: string | null;
  set: (value: string) => void;
}) {
  const { field, value, set, problem } = props;
  // A list that has something chosen from the start needs no such word.
  const optional =
    !field.required &&
    !('options' in field && field.options.some((one) => one.value === (field.value ?? '')));
  const id = `field-${field.id}`;
  const hintId = `${id}-hint`;
  const shared = {
    id,
    name: field.id,
    'aria-describedby': field.hint || problem ? hintId : undefined,
    'aria-invalid': problem ? true : undefined,
    required: field.required,
  };
  return (
    <div class="field">
      <label for={id}>
        {field.label}
        {optional ? <i> optional</i> : null}
      </label>
      {control()}
      {problem || field.hint ? (
        <p class={problem ? 'hint is-bad' : 'hint'} id={hintId} role={problem ? 'alert' : undefined}>
          {problem ?? field.hint}
        </p>
      ) : null}
    </div>
  );

  function control() {
    switch (field.type) {
      case 'text':
        return (
          <input
            {...shared}
            type="text"
            value={value}
            maxLength={field.maxLength}
            onInput={(e) => set(e.currentTarget.value)}
          />
        );
      case 'multiline':
        return (
          <textarea
            {...shared}
            class={props.tall ? 'is-tall' : ''}
            rows={props.tall ? 14 : 4}
            value={value}
            maxLength={field.maxLength}
            onInput={(e) => set(e.currentTarget.value)}
          />
        );
      case 'select':
      case 'agent':
        return (
          <div class="select">
            <select {...shared} value={value} onChange={(e) => set(e.currentTarget.value)}>
              {value === '' && !field.options.some((option) => option.value === '') ? (
                <option value="">Choose…</option>
              ) : null}
              {field.options.map((option) => (
                <option value={option.value} key={option.value}>
                  {option.label}
                </option>
              ))}
            </select>
            <Icon name="chevron" size={16} />
          </div>
        );
      case 'choices': {
        const chosen = value ? value.split(',') : [];
        return (
          <fieldset class="choices" aria-label={field.label}>
            {field.options.map((option) => (
              <label key={option.value}>
                <input
                  type="checkbox"
                  checked={chosen.includes(option.value)}
                  onChange={(e) => {
                    const rest = chosen.filter((one) => one !== option.value);
                    set((e.currentTarget.checked ? [...rest, option.value] : rest).join(','));
                  }}
                />
                {option.label}
              </label>
            ))}
          </fieldset>
        );
      }
      case 'datetime':
        return (
          <>
            <div class="presets">
              {field.presets.map((preset) => (
                <button
                  type="button"
                  class="preset"
                  key={preset.value}
                  aria-pressed={preset.value === value}
                  onClick={() => set(preset.value)}
                >
                  {preset.label}
                </button>
              ))}
            </div>
            <input
              {...shared}
              type="datetime-local"
              value={value ? toLocalInput(value) : ''}
              onInput={(e) => {
                const at = new Date(e.currentTarget.value);
                set(Number.isNaN(at.getTime()) ? '' : at.toISOString());
              }}
            />
          </>
        );
    }
  }
}

const KEYS = [
  ['j  k', 'Next, previous card'],
  ['a', 'Approve & send'],
  ['e', 'Edit, then send'],
  ['x', 'Escalate'],
  ['t', 'Take it'],
  ['z', 'Undo a reply that is about to leave'],
  ['Enter', 'Open the thread'],
  ['Esc', 'Close the thread or a window'],
  ['/', 'Write a command'],
  ['[  ]', 'Previous, next channel'],
  ['?', 'This list'],
] as const;

function Help() {
  return (
    <Modal title="Keyboard" close={() => setState({ help: false })}>
      <dl class="modal-body keys">
        {KEYS.map(([keys, words]) => (
          <div key={keys}>
            <dt>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

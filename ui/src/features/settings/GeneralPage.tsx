import { Button, Checkbox, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { projectQuery } from '@/api/queries';
import type { FieldProblem, Project } from '@/api/types';
import { useConnected } from '@/app/live';
import { useScope } from '@/app/scope';
import { announce } from '@/components/announce';
import form from '@/components/Form.module.css';
import { problemAt } from '@/components/formErrors';
import { GuardedButton } from '@/components/GuardedButton';
import { ErrorPanel, ListSkeleton } from '@/components/Status';
import { usePlan } from '@/features/plan';
import { planText } from '@/text/plan';
import { settingsText } from '@/text/settings';

export function GeneralPage() {
  const { organization, project } = useScope();
  const query = useQuery(projectQuery(organization, project));
  if (query.isPending) return <ListSkeleton rows={4} />;
  if (query.isError) {
    return (
      <ErrorPanel error={query.error} what={settingsText.projectWhat} retry={() => void query.refetch()} />
    );
  }
  return <GeneralForm key={query.data.revision} project={query.data} />;
}

function GeneralForm({ project }: { project: Project }) {
  const { organization, can } = useScope();
  const { openPlan } = usePlan();
  const connected = useConnected();
  const navigate = useNavigate();
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description);
  const [client, setClient] = useState(project.client_visible_default);
  const [problems, setProblems] = useState<FieldProblem[]>([]);
  const mayManage = can('project.manage');
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const patch: Record<string, unknown> = {};
    if (name !== project.name) patch.name = name;
    if (description !== project.description) patch.description = description;
    if (client !== project.client_visible_default) patch.client_visible_default = client;
    if (Object.keys(patch).length === 0) {
      announce(settingsText.nothingChanged);
      return;
    }
    await openPlan({
      organization,
      project: project.key,
      changes: [{ project: { edit: { project: project.key, patch } } }],
      base: { [project.id]: project.revision },
      title: settingsText.saveTitle(project.key),
      done: settingsText.saved,
      onProblems: (found) => {
        setProblems(found);
        return true;
      },
    });
  };
  const remove = async () => {
    const result = await openPlan({
      organization,
      project: project.key,
      changes: [{ project: { delete: { project: project.key } } }],
      title: settingsText.deleteProjectTitle(project.key),
      direct: false,
    });
    if (result.outcome === 'applied') await navigate({ to: '/o/$org', params: { org: organization } });
  };
  return (
    <>
      <form className={`${form.form} ${form.section}`} onSubmit={(event) => void save(event)} noValidate>
        <TextInput
          label={settingsText.projectKey}
          description={settingsText.projectKeyHelp}
          classNames={{ input: form.mono }}
          value={project.key}
          readOnly
        />
        <TextInput
          label={settingsText.projectName}
          value={name}
          readOnly={!mayManage}
          error={problemAt(problems, 'name')}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Textarea
          label={settingsText.projectDescription}
          autosize
          minRows={2}
          value={description}
          readOnly={!mayManage}
          error={problemAt(problems, 'description')}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Checkbox
          label={settingsText.projectClient}
          checked={client}
          disabled={!mayManage}
          onChange={(event) => setClient(event.currentTarget.checked)}
        />
        <div className={form.row}>
          {mayManage && connected ? (
            <Button type="submit">{settingsText.save}</Button>
          ) : (
            <GuardedButton
              allowed={false}
              permission="project.manage"
              reason={connected ? undefined : planText.disconnected}
            >
              {settingsText.save}
            </GuardedButton>
          )}
        </div>
      </form>
      <section className={form.section}>
        <h2>{settingsText.danger}</h2>
        <p className={form.text}>{settingsText.deleteProjectText}</p>
        <GuardedButton
          variant="outline"
          color="danger"
          allowed={can('project.delete') && connected}
          permission="project.delete"
          reason={connected ? undefined : planText.disconnected}
          onClick={() => void remove()}
        >
          {settingsText.deleteProject}
        </GuardedButton>
      </section>
    </>
  );
}

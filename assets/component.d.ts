// What Streamlit gives to a component each time it draws it. A trigger value is there for one run of the script.

export interface Component<Data> {
  data: Data;
  parentElement: HTMLElement;
  setTriggerValue: (name: string, value: object) => void;
}

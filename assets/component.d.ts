// What Streamlit gives to a component each time it draws it.

export interface Component<Data> {
  data: Data;
  parentElement: HTMLElement;
  setStateValue: (name: string, value: object) => void;
}

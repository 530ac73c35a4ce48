package androidx.fragment.app;

public class FragmentTransaction {
    private final FragmentManager manager;

    FragmentTransaction(FragmentManager manager) { this.manager = manager; }

    public FragmentTransaction add(int container, Fragment fragment) {
        manager.pending.add(fragment);
        return this;
    }

    public FragmentTransaction replace(int container, Fragment fragment) { return add(container, fragment); }

    public int commit() {
        manager.schedule();
        return 0;
    }
}

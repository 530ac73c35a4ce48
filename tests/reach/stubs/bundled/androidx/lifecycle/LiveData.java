package androidx.lifecycle;

import java.util.LinkedHashSet;
import java.util.Set;

/** Keeps observers and tells them each value that is set. */
public abstract class LiveData<T> {
    private final Set<Observer<? super T>> observers = new LinkedHashSet<>();

    public void observe(LifecycleOwner owner, Observer<? super T> observer) { observers.add(observer); }

    public void observeForever(Observer<? super T> observer) { observers.add(observer); }

    public void removeObserver(Observer<? super T> observer) { observers.remove(observer); }

    protected void setValue(T value) {
        for (Observer<? super T> one : observers) one.onChanged(value);
    }
}

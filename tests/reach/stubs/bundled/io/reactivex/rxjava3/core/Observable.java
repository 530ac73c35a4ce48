package io.reactivex.rxjava3.core;

import io.reactivex.rxjava3.functions.Consumer;
import io.reactivex.rxjava3.functions.Function;

/** A chain of sources, each of which subscribes to the one before. */
public abstract class Observable<T> {
    protected abstract void subscribeActual(Observer<? super T> observer);

    public static <T> Observable<T> just(T value) { return new Just<>(value); }

    public final <R> Observable<R> map(Function<? super T, ? extends R> function) { return new Mapped<>(this, function); }

    public final Object subscribe(Consumer<? super T> consumer) {
        LambdaObserver<T> observer = new LambdaObserver<>(consumer);
        subscribeActual(observer);
        return observer;
    }

    static final class Just<T> extends Observable<T> {
        final T value;

        Just(T value) { this.value = value; }

        protected void subscribeActual(Observer<? super T> observer) { observer.onNext(value); }
    }

    static final class Mapped<T, R> extends Observable<R> {
        final Observable<T> source;
        final Function<? super T, ? extends R> function;

        Mapped(Observable<T> source, Function<? super T, ? extends R> function) {
            this.source = source;
            this.function = function;
        }

        protected void subscribeActual(Observer<? super R> observer) {
            source.subscribeActual(new MapObserver<T, R>(observer, function));
        }
    }

    static final class MapObserver<T, R> implements Observer<T> {
        final Observer<? super R> downstream;
        final Function<? super T, ? extends R> function;

        MapObserver(Observer<? super R> downstream, Function<? super T, ? extends R> function) {
            this.downstream = downstream;
            this.function = function;
        }

        public void onNext(T value) {
            try {
                downstream.onNext(function.apply(value));
            } catch (Throwable error) {
                throw new RuntimeException(error);
            }
        }
    }

    static final class LambdaObserver<T> implements Observer<T> {
        final Consumer<? super T> consumer;

        LambdaObserver(Consumer<? super T> consumer) { this.consumer = consumer; }

        public void onNext(T value) {
            try {
                consumer.accept(value);
            } catch (Throwable error) {
                throw new RuntimeException(error);
            }
        }
    }
}

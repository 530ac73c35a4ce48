package androidx.fragment.app;

import android.content.Context;
import android.os.Bundle;
import android.view.LayoutInflater;
import android.view.View;
import android.view.ViewGroup;

public class Fragment {
    public void onAttach(Context context) { }

    public void onCreate(Bundle state) { }

    public View onCreateView(LayoutInflater inflater, ViewGroup parent, Bundle state) { return null; }

    public void onViewCreated(View view, Bundle state) { }

    public void onStart() { }

    public void onResume() { }

    void perform(Context context) {
        onAttach(context);
        onCreate(null);
        onViewCreated(onCreateView(LayoutInflater.from(context), null, null), null);
        onStart();
        onResume();
    }
}

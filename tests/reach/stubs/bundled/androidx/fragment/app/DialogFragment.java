package androidx.fragment.app;

import android.app.Dialog;
import android.content.Context;
import android.os.Bundle;

public class DialogFragment extends Fragment {
    public Dialog onCreateDialog(Bundle state) { return null; }

    public void show(FragmentManager manager, String tag) { manager.beginTransaction().add(0, this).commit(); }

    void perform(Context context) {
        super.perform(context);
        onCreateDialog(null).show();
    }
}

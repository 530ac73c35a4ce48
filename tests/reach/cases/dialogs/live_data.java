// shows: an observer waits for a value that only the click sets
// manifest: {launcher: Main}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > androidx.lifecycle.MutableLiveData.setValue > androidx.lifecycle.LiveData.setValue > dispatch Init.onChanged]
// miss: [serial reachable (dispatch_unsure) = launcher Main.onCreate > gesture Main.onClick > androidx.lifecycle.MutableLiveData.setValue > androidx.lifecycle.LiveData.setValue > dispatch Init.onChanged]

import androidx.lifecycle.LifecycleOwner; import androidx.lifecycle.MutableLiveData; import androidx.lifecycle.Observer;
class Main extends Activity implements View.OnClickListener, LifecycleOwner {
  MutableLiveData<Object> agreed = new MutableLiveData<>();
  protected void onCreate(Bundle state) {
    agreed.observe(this, new Init());
    findViewById(1).setOnClickListener(this);
    agreed.setValue("yes");                                     // hit
  }
  public void onClick(View view) { agreed.setValue("yes"); }
}
class Init implements Observer<Object> { public void onChanged(Object value) { String id = SERIAL; } }

// shows: an observer of LiveData is called when a value is set; which one, out of the library's collection, is not certain
// manifest: {launcher: Main}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > androidx.lifecycle.MutableLiveData.setValue > androidx.lifecycle.LiveData.setValue > dispatch Seen.onChanged]
// miss: [serial present = Seen.onChanged]

import androidx.lifecycle.*; import androidx.lifecycle.Observer;
class Main extends Activity implements LifecycleOwner {
  protected void onCreate(Bundle state) {
    MutableLiveData<Object> data = new MutableLiveData<>();
    data.setValue("x");                                         // hit
    data.observe(this, new Seen());                             // hit
    data.removeObserver(new Seen());                            // miss
  }
}
class Seen implements Observer<Object> {
  public void onChanged(Object value) { String id = SERIAL; }
}
